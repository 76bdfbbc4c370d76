import { type ApiDescription, groupVersions, type GroupVersionKind, listOf, nameOf, parseKind } from './api-description.ts';
import { Definitions, type Json, type OpenApiVersion } from './definitions.ts';
import { type Operation, operationsOf } from './operations.ts';
import { type Parameter, pathParameters } from './parameters.ts';

/** The documents of `/openapi/v3` and `/openapi/v2`, as JSON values. Pure, and costly: callers keep what they get. */

/** The document of one group and version. */
export function openApiV3(description: ApiDescription, groupVersion: { group: string; version: string }): Json {
  const definitions = new Definitions(3, kindsOf(description));
  const paths = pathsOf(operationsOf(description, groupVersion), { version: 3, definitions });
  return {
    openapi: '3.0.0',
    info: { title: description.title, version: description.version },
    paths,
    components: {
      schemas: definitions.all,
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header', description: bearerDescription } },
    },
  };
}

/** One document for all groups. */
export function openApiV2(description: ApiDescription): Json {
  const definitions = new Definitions(2, kindsOf(description));
  const operations = groupVersions(description).flatMap((groupVersion) => operationsOf(description, groupVersion));
  return {
    swagger: '2.0',
    info: { title: description.title, version: description.version },
    paths: pathsOf(operations, { version: 2, definitions }),
    definitions: definitions.all,
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header', description: bearerDescription } },
    security: [{ BearerToken: [] }],
  };
}

const bearerDescription = 'Bearer and a token.';

/** Which kinds a definition is, by its name: `x-kubernetes-group-version-kind`. */
function kindsOf(description: ApiDescription): Map<string, GroupVersionKind[]> {
  const kinds = new Map<string, GroupVersionKind[]>();
  const add = (name: string | undefined, gvk: GroupVersionKind): void => {
    const known = name === undefined ? undefined : kinds.get(name);
    if (known?.some((one) => one.group === gvk.group && one.version === gvk.version && one.kind === gvk.kind) === true) return;
    if (known !== undefined) known.push(gvk);
    else if (name !== undefined) kinds.set(name, [gvk]);
  };
  for (const resource of description.resources) {
    const { group, version, kind } = resource;
    add(nameOf(resource.schema, resource), { group, version, kind });
    if (resource.verbs.includes('list')) add(listOf(resource, description.common).typeName, { group, version, kind: `${kind}List` });
    for (const subresource of Object.values(resource.subresources ?? {})) add(subresource.schema?.typeName, parseKind(subresource.kind));
  }
  // Requests of every group may carry them.
  for (const { group, version } of groupVersions(description)) {
    add(description.common.deleteOptions.typeName, { group, version, kind: 'DeleteOptions' });
  }
  add(description.common.status.typeName, { group: '', version: 'v1', kind: 'Status' });
  add(description.common.apiResourceList.typeName, { group: '', version: 'v1', kind: 'APIResourceList' });
  return kinds;
}

interface Writing {
  version: OpenApiVersion;
  definitions: Definitions;
}

function pathsOf(operations: readonly Operation[], writing: Writing): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const item = (paths[operation.path] ??= parametersOf(
      pathParameters(operation.path, operation.gvk?.kind ?? '').map((parameter) => parameterOf(parameter, writing.version)),
    ));
    item[operation.method] = writing.version === 3 ? operationV3(operation, writing) : operationV2(operation, writing);
  }
  return paths;
}

/** Clients that read a document and write it again leave empty lists away, and compare. */
function parametersOf(parameters: readonly Json[]): Json {
  return parameters.length === 0 ? {} : { parameters };
}

function parameterOf({ name, in: where, type, description }: Parameter, version: OpenApiVersion): Json {
  const unique = where === 'path' ? { required: true } : {};
  const schema = type === 'array' ? { type, items: { type: 'string' } } : { type, uniqueItems: true };
  return version === 3 ? { name, in: where, description, ...unique, schema } : { name, in: where, description, ...unique, ...schema };
}

function kubernetesOf({ action, gvk }: Operation): Json {
  return {
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(gvk === undefined ? {} : { 'x-kubernetes-group-version-kind': gvk }),
  };
}

const unauthorized = { 401: { description: 'Unauthorized' } };
const reasons: Readonly<Record<string, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

function operationV3(operation: Operation, { definitions }: Writing): Json {
  const { body, responses, produces } = operation;
  const responsesMade = Object.entries(responses).map(([code, type]) => {
    const schema = type === undefined ? { type: 'string' } : definitions.refer(type.schema, type.name);
    return [code, { description: reasons[code] ?? code, content: Object.fromEntries(produces.map((media) => [media, { schema }])) }];
  });
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    ...parametersOf(operation.parameters.map((parameter) => parameterOf(parameter, 3))),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            ...(body.required ? { required: true } : {}),
            content: Object.fromEntries(
              body.mediaTypes.map((media) => [media, { schema: definitions.refer(body.schema.schema, body.schema.name) }]),
            ),
          },
        }),
    responses: { ...Object.fromEntries(responsesMade), ...unauthorized },
    ...kubernetesOf(operation),
  };
}

function operationV2(operation: Operation, { definitions }: Writing): Json {
  const { body, responses, produces } = operation;
  const bodyParameter =
    body === undefined
      ? []
      : [
          {
            name: 'body',
            in: 'body',
            ...(body.required ? { required: true } : {}),
            schema: definitions.refer(body.schema.schema, body.schema.name),
          },
        ];
  const responsesMade = Object.entries(responses).map(([code, type]) => [
    code,
    { description: reasons[code] ?? code, schema: type === undefined ? { type: 'string' } : definitions.refer(type.schema, type.name) },
  ]);
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    consumes: body?.mediaTypes ?? ['*/*'],
    produces,
    schemes: ['https'],
    ...parametersOf([...bodyParameter, ...operation.parameters.map((parameter) => parameterOf(parameter, 2))]),
    responses: { ...Object.fromEntries(responsesMade), ...unauthorized },
    ...kubernetesOf(operation),
  };
}
