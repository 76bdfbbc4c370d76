export {
  compiledVariables,
  compileExpression,
  type Expression,
  type PolicyVariable,
  requestType,
  type Scope,
  variablesTypeName,
} from './admission-expressions.ts';
export { authorizerValue, type DecideForExpression, requestResourceValue } from './authorizer-library.ts';
export { madeJson } from './mutation-library.ts';
