import { storageConformance } from '../conformance/storage-conformance.ts';
import { postgresSubject } from './subject.fixture.ts';

storageConformance('postgres', postgresSubject);
