import type { KubeObject } from '@kajitori/apimachinery';
import type { Column } from '../kind.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';
import type { RoleRef, Subject } from './role-binding.ts';

type Binding = KubeObject & { subjects?: Subject[]; roleRef: RoleRef };

const of =
  (kind: string, text: (subject: Subject) => string): ((binding: Binding) => string) =>
  ({ subjects = [] }) =>
    subjects
      .filter((subject) => subject.kind === kind)
      .map(text)
      .join(', ');

export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  textColumn('Role', 'The role that it gives.', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  textColumn(
    'Users',
    'Users that it gives it to.',
    of('User', ({ name }) => name),
    'wide',
  ),
  textColumn(
    'Groups',
    'Groups that it gives it to.',
    of('Group', ({ name }) => name),
    'wide',
  ),
  textColumn(
    'ServiceAccounts',
    'Service accounts that it gives it to.',
    of('ServiceAccount', ({ namespace, name }) => `${namespace ?? ''}/${name}`),
    'wide',
  ),
];
