export { CompileError, CostLimitError, EvaluationError, type Issue } from './errors.ts';
export {
  type Bindings,
  type Compilation,
  type CostRange,
  type Environment,
  type EnvironmentOptions,
  type EvaluateOptions,
  type Evaluation,
  perCallCostMax,
  type Program,
} from './program.ts';
export { declare, type DeclaredField, type DeclaredType, requestBytesMax } from './types/declared-type.ts';
export { escapePropertyName, unescapePropertyName } from './types/property-names.ts';
export { formatType, isDyn, isOptional, type Kind, sameType, type Type, types } from './types/type.ts';
export {
  ArrayList,
  Double,
  Duration,
  type Int,
  ListValue,
  MapValue,
  ObjectValue,
  OpaqueValue,
  OptionalValue,
  Timestamp,
  typeOf,
  TypeValue,
  Uint,
  type Value,
} from './values/value.ts';
export { createEnvironment } from './environment.ts';
export type { FunctionDeclaration, Library, Overload } from './functions/declaration.ts';
export { kubernetesLibraries } from './library/kubernetes.ts';
export { bindJson, toJson } from './values/json.ts';
export { quantityType, QuantityValue } from './library/quantity.ts';
export { declareSchema, type SchemaOptions, type StructuralSchema } from './types/schema-type.ts';
