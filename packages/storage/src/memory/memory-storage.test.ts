import { storageConformance } from '../conformance/storage-conformance.ts';
import { openMemoryStorage } from './memory-storage.ts';

storageConformance('memory', async () => {
  const engine = openMemoryStorage();
  return { engine, forgetHistory: async () => engine.forgetHistory(), [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
});
