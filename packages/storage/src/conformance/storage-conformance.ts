import { afterAll, beforeAll, describe } from 'vitest';
import type { StorageEngine } from '../engine.ts';
import type { OpenSubject, Subject } from './harness.ts';
import { listConformance } from './lists.ts';
import { objectConformance } from './objects.ts';
import { partConformance } from './parts.ts';
import { watchConformance } from './watches.ts';

/** What storage.ts promises, as tests that every driver and every decorator passes. */
export function storageConformance(name: string, open: OpenSubject): void {
  describe(`${name} conforms to storage`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject[Symbol.asyncDispose]());
    const engine = (): StorageEngine => subject.engine;
    const forgetHistory = (): Promise<void> => subject.forgetHistory();

    objectConformance(engine, (body) => subject.bytesOf?.(body) ?? Buffer.byteLength(body));
    listConformance(engine, forgetHistory);
    watchConformance(engine, forgetHistory);
    partConformance(engine, forgetHistory);
  });
}
