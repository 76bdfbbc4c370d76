import { ObjectMeta } from '@kajitori/kinds';
import { object, ref, string } from '@kajitori/schema';

/** What clients get who care for metadata alone. Never stored, so that it is none of the catalogue's types. */
export const PartialObjectMetadata = object('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata', {
  apiVersion: string(),
  kind: string(),
  metadata: ref(1, () => ObjectMeta),
});
