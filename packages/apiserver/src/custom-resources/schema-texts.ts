import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { CustomResourceDefinition, VersionSchemas } from '@kajitori/kinds';
import { metadataSchema, structuralSchema } from '@kajitori/kinds';
import { type Schema, SchemaPool } from '@kajitori/schema';
import { hashOf } from '../served-kinds/served-kinds.ts';

type SchemaProps = Parameters<typeof structuralSchema>[0];

/** What a definition's schemas are kept as while nobody uses them: packed, a tenth of their text, unless that is short anyway. */
interface PackedSchema {
  hash: string;
  contentHash: string;
  packed: Uint8Array | string;
}

/** How many packed schemas are remembered so that equal ones of several clusters are one. */
const packedMax = 5_000;
/** Fast rather than small: it is done when a definition is read. */
const compression = { level: 1 };
/** Packing less than this saves nothing. */
const packedCharactersMin = 8_192;

/**
 * The schemas of all clusters' definitions. Each is parsed and compiled when an object of its kind is first written or brought up to date,
 * once for all clusters that have the same, and forgotten when it goes unused.
 */
export class SchemaTexts {
  readonly #pool = new SchemaPool();
  readonly #packed = new Map<string, PackedSchema>();

  /** Takes the schemas out of a definition that was just read: what stays in it is small. */
  take(definition: CustomResourceDefinition): VersionSchemas {
    const { group, names, scope } = definition.spec;
    const versions = new Map<string, PackedSchema>();
    const metadata = new Map<string, Schema | undefined>();
    for (const version of definition.spec.versions) {
      const text = JSON.stringify(version.schema?.openAPIV3Schema ?? {});
      metadata.set(version.name, metadataSchema(version.schema?.openAPIV3Schema ?? {}));
      delete version.schema;
      const { name, subresources, selectableFields } = version;
      const said = JSON.stringify([group, names, scope, name, subresources, selectableFields]);
      versions.set(name, this.#keep(text, said));
    }
    const packedOf = (version: string): PackedSchema => {
      const found = versions.get(version);
      if (found === undefined) throw new Error(`the definition ${definition.metadata.name ?? ''} has no version ${version}`);
      return found;
    };
    return {
      schema: (version) => this.#schema(packedOf(version)),
      publishedSchema: (version) => structuralSchema(unpacked(packedOf(version)).props, { prose: true }),
      metadataSchema: (version) => metadata.get(version),
      contentHash: (version) => packedOf(version).contentHash,
    };
  }

  #keep(text: string, said: string): PackedSchema {
    const hash = hashOf(text);
    const contentHash = hashOf(`${hash}${said}`);
    const known = this.#packed.get(contentHash);
    const kept = known ?? { hash, contentHash, packed: pack(text) };
    this.#packed.delete(contentHash);
    this.#packed.set(contentHash, kept);
    const oldest = this.#packed.keys().next();
    if (this.#packed.size > packedMax && oldest.done !== true) this.#packed.delete(oldest.value);
    return kept;
  }

  #schema(packed: PackedSchema): Schema {
    return this.#pool.get(packed.hash, () => {
      const { props, characters } = unpacked(packed);
      return { schema: structuralSchema(props, { prose: false }), characters };
    });
  }
}

/** A copy of just its size: what comes from zlib lies in a buffer that is larger. */
function pack(text: string): Uint8Array | string {
  return text.length < packedCharactersMin ? text : new Uint8Array(deflateRawSync(text, compression));
}

function unpacked({ packed: kept }: PackedSchema): { props: SchemaProps; characters: number } {
  const text = typeof kept === 'string' ? kept : inflateRawSync(kept).toString();
  return { props: JSON.parse(text) as SchemaProps, characters: text.length };
}
