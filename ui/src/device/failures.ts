/** Why this device gave no answer, as the page shows failures of the service. */

import { failFromMessage, failLocally, ServiceError } from '../shared/failure';
import type { Refusal } from './infer/protocol';
import { codedMessage } from './messages';
import { NoReadingError } from './reader';

export function failureOn(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof NoReadingError) return refused(error.refusal.code, error.refusal.facts);
  return new ServiceError(failLocally(navigator.onLine ? 'device' : 'offline'));
}

export function refused(code: string, facts: Refusal['facts'] = {}): ServiceError {
  return new ServiceError(failFromMessage(codedMessage(code, facts)));
}
