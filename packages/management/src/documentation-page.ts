import { html, raw } from 'hono/html';
import { problemKinds } from './problem.ts';

/** The parts of an OpenAPI document that the page shows. */
interface Document {
  info: { title: string; description?: string };
  paths?: Record<string, object>;
}

interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  'x-permission'?: string;
}

const methods = ['get', 'post', 'patch', 'put', 'delete'];

/** A page for people: every route by subject, and every problem. It needs no script and loads nothing. */
export function documentationPage(document: Document) {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = (item as Record<string, Operation | undefined>)[method];
      return operation === undefined ? [] : [{ path, method, operation }];
    }),
  );
  const subjects = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'Other'))];
  const rowsOf = (subject: string) =>
    operations
      .filter(({ operation }) => (operation.tags?.[0] ?? 'Other') === subject)
      .map(
        ({ path, method, operation }) =>
          html`<tr>
            <td><code>${method.toUpperCase()} ${path}</code></td>
            <td>${operation.summary}. ${operation.description ?? ''}</td>
            <td>${operation['x-permission'] ?? ''}</td>
          </tr>`,
      );
  const sections = subjects.map(
    (subject) =>
      html`<h2>${subject}</h2>
        <table>
          <tr>
            <th>Route</th>
            <th>What it does</th>
            <th>Who may</th>
          </tr>
          ${rowsOf(subject)}
        </table>`,
  );
  const problems = Object.entries(problemKinds).map(
    ([kind, { status, title, meaning }]) =>
      html`<tr id="${kind}">
        <td><code>${status}</code></td>
        <td>${title}</td>
        <td>${meaning}</td>
      </tr>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>${document.info.title} API</title>
      ${raw(style)}
      <h1>${document.info.title} API v1</h1>
      <p>${document.info.description ?? ''}</p>
      <p>
        Send <code>Authorization: Bearer TOKEN</code>, an API key or the token of a session. The whole contract:
        <a href="/v1/openapi.json">/v1/openapi.json</a> (OpenAPI 3.1). Lists give <code>nextCursor</code> while there is more: send it as
        <code>cursor</code>. Creations take an <code>Idempotency-Key</code>.
      </p>
      ${sections}
      <h2>Problems</h2>
      <p>Errors are <code>application/problem+json</code> (RFC 9457) and say what to do in <code>remedy</code>.</p>
      <table>
        <tr>
          <th>Status</th>
          <th>Title</th>
          <th>Meaning</th>
        </tr>
        ${problems}
      </table>
    </html>`;
}

const style = `<style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid #8884}code{font-size:.9em}
</style>`;
