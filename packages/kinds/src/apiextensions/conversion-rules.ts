import { type FieldError, forbiddenField, invalid, notSupported, required } from '@kajitori/apimachinery';
import type { ConversionWebhookClientConfig, CustomResourceConversion } from './conversion.ts';

const reviewVersions = ['v1', 'v1beta1'];

export function conversionErrors({ strategy, webhook }: CustomResourceConversion, field: string): FieldError[] {
  if (strategy === '') return [required(`${field}.strategy`)];
  if (strategy !== 'None' && strategy !== 'Webhook') return [notSupported(`${field}.strategy`, strategy, ['None', 'Webhook'])];
  if (strategy === 'None') {
    if (webhook === undefined) return [];
    return [forbiddenField(`${field}.webhook`, 'should not be set when strategy is not set to Webhook')];
  }
  if (webhook?.clientConfig === undefined) return [required(`${field}.webhook.clientConfig`, 'required when strategy is set to Webhook')];
  const versions = webhook.conversionReviewVersions;
  const path = `${field}.webhook.conversionReviewVersions`;
  const errors: FieldError[] = [];
  if (versions.length === 0) errors.push(required(path));
  else if (!versions.some((version) => reviewVersions.includes(version)))
    errors.push(invalid(path, versions, `must include at least one of ${reviewVersions.join(', ')}`));
  return [...errors, ...clientErrors(webhook.clientConfig, `${field}.webhook.clientConfig`)];
}

function clientErrors({ url, service }: ConversionWebhookClientConfig, field: string): FieldError[] {
  if ((url === undefined) === (service === undefined)) return [required(field, 'exactly one of url or service is required')];
  if (url !== undefined) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined) return [required(`${field}.url`, 'url must be a valid URL')];
    return parsed.protocol === 'https:'
      ? []
      : [invalid(`${field}.url`, url, "'https' is the only allowed URL scheme; desired format: https://host[/path]")];
  }
  const { name = '', namespace = '', port = 443 } = service ?? {};
  return [
    ...(name === '' ? [required(`${field}.service.name`, 'service name is required')] : []),
    ...(namespace === '' ? [required(`${field}.service.namespace`, 'service namespace is required')] : []),
    ...(port < 1 || port > 65_535
      ? [invalid(`${field}.service.port`, port, 'port is not valid: must be between 1 and 65535, inclusive')]
      : []),
  ];
}
