import type { FieldError, KubeObject } from '@kajitori/apimachinery';
import type { NamedType, Schema } from '@kajitori/schema';
import type { WebhookConversion } from './apiextensions/conversion.ts';

/** What the API can do with a resource; the words of RBAC's `verbs`. */
export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/**
 * All that the house knows of one kind in one version. A small kind is one file that exports one of these and one line of catalogue.ts.
 * Everything here is pure; the API server's generic store calls it.
 */
export interface Kind<T extends KubeObject = KubeObject> {
  group: string;
  version: string;
  kind: string;
  /** `pods`. */
  plural: string;
  singular: string;
  /** What a list of them calls itself; absent, the kind with `List` behind. */
  listKind?: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  namespaced: boolean;
  schema: NamedType<T>;
  /** Verbs of the resource; a kind that is never stored (TokenReview, Binding) has only `create`. */
  verbs: readonly Verb[];
  /** False for kinds that are answered, not stored: SubjectAccessReview, Binding. */
  stored: boolean;
  /** Subresources beside the resource, by path segment. `status` is written here too. */
  subresources?: Readonly<Record<string, Subresource>>;
  strategy: Strategy<T>;
  /**
   * Set where this kind is another view of a stored one (events.k8s.io Events, autoscaling/v1 autoscalers): rows are the
   * hub's, and these pure functions turn one into the other.
   */
  hub?: {
    kind: Kind;
    toHub(object: KubeObject): KubeObject;
    fromHub(stored: KubeObject): KubeObject;
    /** Selectable fields that the hub calls by another name. */
    fieldNames?: Readonly<Record<string, string>>;
  };
  /** What a field selector may name beyond metadata.name and metadata.namespace; an absent value is the empty string. */
  selectableFields?: Readonly<Record<string, FieldReader<T>>>;
  /** Set for kinds that the cluster defines itself, by a CustomResourceDefinition. */
  custom?: CustomKind;
  /** All of kubectl's columns, in its order; absent, the kind has `defaultColumns`. */
  columns?: readonly Column<T>[];
}

/** What is known only of kinds that a CustomResourceDefinition makes. */
export interface CustomKind {
  /** Name and uid of the definition. */
  definition: string;
  definitionUid: string;
  /** The definition's `metadata.generation` that this kind was made from. */
  generation: number;
  /** Whether clients reach this version. A storage version that is not served is reached by the control plane alone. */
  served: boolean;
  /** The definition is being deleted: what is there goes, and nothing new comes. */
  terminating: boolean;
  /** The schema with its descriptions, as OpenAPI publishes it: made anew each time, since few ask. */
  publishedSchema(): Schema;
  /** Changes when what OpenAPI says of the kind does. */
  contentHash: string;
  /** Set where a webhook converts between versions: how it is reached, and the version in which rows lie. */
  conversion?: { webhook: WebhookConversion; stored: string };
  /** Said to everyone who uses a version that is to go. */
  deprecationWarning?: string;
}

/** The text of a field. Written as a method, so that a `Kind<Pod>` may stand in a list of kinds. */
export type FieldReader<T> = { text(object: T): string | undefined }['text'];

/** Whether rows lie as this kind writes them: it is no view of another, and no webhook stands between. */
export function isAsStored({ hub, version, custom }: Pick<Kind, 'hub' | 'version' | 'custom'>): boolean {
  return hub === undefined && (custom?.conversion === undefined || custom.conversion.stored === version);
}

/** All verbs, for kinds that can be listed, watched and deleted together. */
export const standardVerbs: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Where kinds with replicas keep their counts. */
export const replicaScale: ScalePaths = { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas', selector: '.spec.selector' };

export interface Subresource {
  /** The kind that it takes and gives, as `v1/Binding`. */
  kind: string;
  /** `get`, `update`, `patch`, `create`, or `connect` with the HTTP methods it takes. */
  verbs: readonly string[];
  /** Only for `scale`: where the counts live. */
  scale?: ScalePaths;
  /** Only where it sets a part of the object itself that no other update may. */
  part?: SubresourcePart;
}

/** What an update of a subresource may change: the rest of what was sent does not count. */
export interface SubresourcePart {
  /** The stored object with the part of the sent one. The copy of the stored object is the hook's to change. */
  take: (sent: KubeObject, stored: KubeObject) => KubeObject;
  validate: (object: KubeObject, old: KubeObject) => FieldError[];
}

export interface ScalePaths {
  specReplicas: string;
  statusReplicas: string;
  selector: string;
}

export interface Column<T> {
  name: string;
  /** OpenAPI type of the cells. */
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description: string;
  /** 0 is always shown, 1 with `-o wide`. */
  priority: 0 | 1;
  value(object: T, now: Date): string | number | boolean | null;
}

/**
 * What is special about writing a kind. Hooks that change get a draft that is theirs to mutate; none does I/O.
 * A new object has its uid, name and creation time before `prepareForCreate` sees it.
 * Order on create: schema defaults → schema validation → `defaults` → `prepareForCreate` → `validate`.
 * Order on update: the same with `prepareForUpdate`, then `validate` and `validateUpdate`. So hooks may count on what the
 * schema requires. Custom resources are checked against their schema with `validate`, because a webhook may add what is missing.
 */
export interface Strategy<T extends KubeObject> {
  /** What is wrong with a name, in Kubernetes' words; undefined when it is fine. */
  nameError(name: string): string | undefined;
  /** Whether `metadata.generation` exists: 1 on create, and one more whenever something but metadata and status changes. */
  generation: boolean;
  /** Defaults that depend on other fields (requests from limits, selectors from templates). */
  defaults?(draft: T): void;
  /** Fields that a client may not choose: resets `status`, for example. */
  prepareForCreate?(draft: T): void;
  prepareForUpdate?(draft: T, old: T): void;
  /** Beyond the schema: rules across fields, formats, names of volumes. */
  validate?(object: T): FieldError[];
  /** What an update of the resource may not change. */
  validateUpdate?(object: T, old: T): FieldError[];
  validateStatusUpdate?(object: T, old: T): FieldError[];
  /**
   * Rules that compare an object with its former self wherever it is written, its status included; `old` is absent on create. `found` is
   * what was wrong otherwise.
   */
  validateTransition?(object: T, old: T | undefined, found: readonly FieldError[]): FieldError[];
  /** `Warning:` headers for accepted objects. */
  warnings?(object: T, old: T | undefined): string[];
  /** Whether PUT on a name that does not exist creates it (Lease, Event, Endpoints …). */
  allowCreateOnUpdate?: boolean;
  /** Whether an update without resourceVersion is accepted (most kinds: yes; those with strong locking: no). */
  allowUnconditionalUpdate: boolean;
  /** Pods: how long a deletion waits. Absent: deletion is at once, unless finalizers hold it. Null: at once. */
  deletionGraceSeconds?(object: T, asked: number | undefined): number | null;
  /** Whether the object's own finalizers, beside those of its metadata, still hold its deletion (a Namespace's `spec.finalizers`). */
  holdsDeletion?(object: T): boolean;
  /** Finalizers that the first deletion adds: somebody's work before the object may go. */
  deletionFinalizers?: readonly string[];
  /** What the object says of itself once its deletion has begun (a Namespace's phase). */
  beginDeletion?(draft: T): void;
  /** What `propagationPolicy` means when the client does not say. */
  defaultPropagation?: 'Background' | 'Foreground' | 'Orphan';
}

export interface ScaleView {
  replicas: number | undefined;
  statusReplicas: number;
  selector: string;
}
