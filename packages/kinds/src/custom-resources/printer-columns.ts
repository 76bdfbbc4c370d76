import { humanDuration, type KubeObject, parseTime } from '@kajitori/apimachinery';
import type { CustomResourceColumnDefinition } from '../apiextensions/custom-resource-definition.ts';
import type { Column } from '../kind.ts';
import { nameColumn } from '../meta/columns.ts';
import { jsonPath, type JsonPath } from './json-path.ts';

const age: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'When the object was created.',
};

/** What `kubectl get` shows of a custom resource: its name, and the columns that its definition asks for, or its age. */
export function printerColumns(columns: readonly CustomResourceColumnDefinition[] | undefined): Column<KubeObject>[] {
  const asked = columns === undefined || columns.length === 0 ? [age] : columns;
  return [nameColumn, ...asked.map(printerColumn)];
}

function printerColumn({ name, type, format, description, priority, jsonPath: path }: CustomResourceColumnDefinition): Column<KubeObject> {
  let find: JsonPath | undefined;
  return {
    name,
    type: type as Column<KubeObject>['type'],
    ...(format === undefined ? {} : { format }),
    description: description ?? '',
    priority: priority === undefined ? 0 : (priority as 1),
    value(object, now) {
      find ??= jsonPath(path);
      const [value] = find(object);
      return cell(type, value, now);
    },
  };
}

/** A cell holds what the column's type can show of the value, or nothing. */
function cell(type: string, value: unknown, now: Date): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date': {
      if (typeof value !== 'string') return null;
      const at = parseTime(value);
      return at === undefined ? '<invalid>' : humanDuration(now.getTime() - at);
    }
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
