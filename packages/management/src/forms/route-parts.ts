import { createRoute, z } from '@hono/zod-openapi';
import { maxPageSize, type Permission } from '@kajitori/accounts';
import { type ProblemKind, problemForm, problemKinds } from '../problem.ts';
import { signedIn } from '../access.ts';

export { createRoute, z };

export const instant = z.iso.datetime().openapi({ example: '2026-11-21T09:00:00.000Z' });
export const roleForm = z.enum(['owner', 'admin', 'member', 'viewer']).openapi('Role');
export const displayName = z.string().trim().min(1).max(100);
/** A label of DNS: it appears in hosts and contexts. */
export const shortName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower case letters, digits and dashes, beginning and ending with a letter or digit')
  .openapi({ example: 'staging' });

export const pageQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(maxPageSize)
    .optional()
    .openapi({ description: `At most ${maxPageSize}; 100 unless given.` }),
  cursor: z.string().max(200).optional().openapi({ description: 'What the page before gave as nextCursor.' }),
});

export function pageForm<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional().openapi({ description: 'Absent on the last page.' }) });
}

/** A page of accounts as the API shows it. */
export function shownPage<Row, Shown>({ items, next }: { items: Row[]; next: string | undefined }, show: (row: Row) => Shown) {
  return { items: items.map((item) => show(item)), ...(next === undefined ? {} : { nextCursor: next }) };
}

/** Ids in a path. One that has not the form of an id is one that does not exist. */
export function pathIds<Name extends string>(...names: Name[]) {
  const entries = names.map((name) => [
    name,
    z
      .string()
      .min(1)
      .max(253)
      .openapi({ param: { name, in: 'path' } }),
  ]);
  return z.object(Object.fromEntries(entries) as Record<Name, z.ZodString>);
}

export const json = <Form extends z.ZodType>(schema: Form, description: string) => ({
  content: { 'application/json': { schema } },
  description,
});
export const body = <Form extends z.ZodType>(schema: Form) => ({ body: { content: { 'application/json': { schema } }, required: true } });
export const nothing = { description: 'Done.' };

export const idempotent = {
  headers: z.object({
    'idempotency-key': z.string().max(255).optional().openapi({
      description: 'Sending the same request again with the same key within 24 hours creates nothing and gets the same answer.',
    }),
  }),
};

/** The answers that a route may give besides success. */
export function problems<const Kinds extends readonly ProblemKind[]>(...kinds: Kinds) {
  const problem = (kind: ProblemKind) => ({
    content: { 'application/problem+json': { schema: problemForm } },
    description: problemKinds[kind].meaning,
  });
  return Object.fromEntries(kinds.map((kind) => [problemKinds[kind].status, problem(kind)]));
}

/** For routes that only known callers use: says so in the document, and sees to it. */
export function needs(permission: Permission | 'signed-in') {
  return { security: [{ bearer: [] }], 'x-permission': permission, middleware: signedIn };
}

/** For the few routes that everybody may use. */
export const open = { security: [], 'x-permission': 'nobody-in-particular' };
