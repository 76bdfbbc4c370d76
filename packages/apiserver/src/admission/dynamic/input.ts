import { bindJson, type Bindings, declare } from '@kajitori/cel';
import type { KubeObject } from '@kajitori/apimachinery';
import { authorizerValue, type Expression, type Kind, requestResourceValue, requestType } from '@kajitori/kinds';
import type { Decide } from '../../authorization/authorizer.ts';
import { reviewRequest } from '../webhooks/admission-review.ts';
import type { Attributes } from './attributes.ts';

/** What expressions see of a request. */
export interface Input {
  bindings: Bindings;
}

export interface InputParts {
  /** With its objects as they are to be shown. */
  attributes: Attributes;
  /** The kind of the request, and the one in which it is shown. */
  from: Kind;
  shown: Kind;
  /** Only where an expression reads them. */
  namespace: KubeObject | undefined;
  decide: Decide | undefined;
}

/** Whether one of the expressions reads the variable, so that it is worth having. */
export function anyReads(expressions: readonly Expression[], variable: string): boolean {
  return expressions.some(({ program }) => program?.readsVariable(variable) === true);
}

export function inputOf({ attributes, from, shown, namespace, decide }: InputParts): Input {
  const { object, oldObject, user, resource, subresource, namespace: where, name } = attributes;
  const checked = { group: resource.group, resource: resource.resource, subresource, namespace: where, name };
  return {
    bindings: {
      object: () => bindJson(declare.dyn, object ?? null),
      oldObject: () => bindJson(declare.dyn, oldObject ?? null),
      request: () => bindJson(requestType, requestJson(attributes, from, shown)),
      namespaceObject: () => bindJson(declare.dyn, namespace ?? null),
      ...(decide === undefined
        ? {}
        : {
            authorizer: () => authorizerValue(decide, user),
            'authorizer.requestResource': () => requestResourceValue(decide, user, checked),
          }),
    },
  };
}

/** The request without its objects, which have variables of their own. */
function requestJson(attributes: Attributes, from: Kind, shown: Kind): unknown {
  const {
    object: _object,
    oldObject: _oldObject,
    ...rest
  } = reviewRequest({ ...attributes, object: undefined, oldObject: undefined }, from, shown);
  return rest;
}
