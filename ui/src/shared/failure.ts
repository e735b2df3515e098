/** Why there is no result, as sentences: the service's own, else the page's. */

import type { CodedMessage, Problem, Sentences } from './contract';
import { translate, type Facts, type Language } from './i18n.svelte';

/** What only the page can know: it happens before or instead of an answer. */
const LOCAL_CODES = [
  'empty',
  'too_large',
  'not_an_image',
  'unsupported_format',
  'archive',
  'pdf',
  'offline',
  'unreachable',
  'gone',
  'service',
  'cannot_edit',
  'device',
] as const;
export type LocalCode = (typeof LOCAL_CODES)[number];

export interface Failure {
  code: string;
  /** The service's sentences, by language. */
  messages: Partial<Record<Language, Sentences>>;
  /** Whose sentences stand in where the service gave none. */
  local: LocalCode;
  facts: Facts;
  /** The network failed, so the same request may be sent again as it was. */
  unsent: boolean;
  retryAfterS: number | null;
  /** Of the HTTP answer, where there was one. */
  status: number | null;
}

/** Deliberate failure of a call; `failure` carries what to say. */
export class ServiceError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.code);
  }
}

export function isLocalCode(code: string): code is LocalCode {
  return (LOCAL_CODES as readonly string[]).includes(code);
}

export function failLocally(local: LocalCode, facts: Facts = {}): Failure {
  const unsent = local === 'offline' || local === 'unreachable';
  return { code: local, messages: {}, local, facts, unsent, retryAfterS: null, status: null };
}

/** From a problem document; an answer that is none (a proxy's page) counts as `service`. */
export function failWith(status: number, body: unknown, retryAfter: string | null): Failure {
  const problem = (body ?? {}) as Partial<Problem>;
  const seconds = Number(retryAfter ?? NaN);
  return {
    code: problem.code ?? `http_${String(status)}`,
    messages: problem.translations ?? {},
    local: status === 404 ? 'gone' : 'service',
    facts: {},
    unsent: false,
    retryAfterS: Number.isFinite(seconds) ? seconds : null,
    status,
  };
}

/** From the `error` of an analysis that failed. */
export function failFromMessage({ code, messages }: CodedMessage): Failure {
  return { ...failLocally('service'), code, messages };
}

export function failureOf(error: unknown): Failure {
  return error instanceof ServiceError ? error.failure : failLocally('service');
}

export function sentencesOf({ messages, local, facts }: Failure, language: Language): Sentences {
  const sentences = messages[language];
  if (sentences?.title) return sentences;
  return {
    title: translate(language, `failure.${local}.title`, facts),
    detail: translate(language, `failure.${local}.detail`, facts),
    action: translate(language, `failure.${local}.action`, facts),
  };
}

/** Sending the same file again can only help where the file was not the reason. */
export function isWorthRetrying({ unsent, retryAfterS, code }: Failure): boolean {
  return unsent || retryAfterS !== null || code === 'internal_error' || code.startsWith('http_5');
}
