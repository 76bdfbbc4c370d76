import type { Kind } from '@kajitori/kinds';
import { type HttpAnswer, type HttpRequest, jsonAnswer } from '../http/http-request.ts';
import { unknownPath } from '../operations/operations.ts';

export class OpenApiDocuments {
  constructor(_kinds: readonly Kind[]) {}

  answer(request: HttpRequest): HttpAnswer {
    if (request.path === '/openapi/v3') return jsonAnswer({ paths: {} });
    throw unknownPath();
  }
}
