/** Why there is no result, as sentences: the service's own, else the page's. */

import type { Problem, Sentences, Told } from './contract';
import { tell, type Facts, type Key, type Language } from './i18n.svelte';

/** What only the page can know: it happens before or instead of an answer. */
export type LocalCode =
  | 'empty'
  | 'too_large'
  | 'not_an_image'
  | 'heic'
  | 'pdf'
  | 'offline'
  | 'unreachable'
  | 'gone'
  | 'service'
  | 'cannot_turn';

export interface Failure {
  code: string;
  told: Partial<Record<Language, Sentences>>;
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

const SENTENCES: Record<LocalCode, [Key, Key, Key]> = {
  empty: ['failure.empty.title', 'failure.empty.detail', 'failure.empty.action'],
  too_large: ['failure.too_large.title', 'failure.too_large.detail', 'failure.too_large.action'],
  not_an_image: [
    'failure.not_an_image.title',
    'failure.not_an_image.detail',
    'failure.not_an_image.action',
  ],
  heic: ['failure.heic.title', 'failure.heic.detail', 'failure.heic.action'],
  pdf: ['failure.pdf.title', 'failure.pdf.detail', 'failure.pdf.action'],
  offline: ['failure.offline.title', 'failure.offline.detail', 'failure.offline.action'],
  unreachable: [
    'failure.unreachable.title',
    'failure.unreachable.detail',
    'failure.unreachable.action',
  ],
  gone: ['failure.gone.title', 'failure.gone.detail', 'failure.gone.action'],
  service: ['failure.service.title', 'failure.service.detail', 'failure.service.action'],
  cannot_turn: [
    'failure.cannot_turn.title',
    'failure.cannot_turn.detail',
    'failure.cannot_turn.action',
  ],
};

export function failLocally(local: LocalCode, facts: Facts = {}): Failure {
  const unsent = local === 'offline' || local === 'unreachable';
  return { code: local, told: {}, local, facts, unsent, retryAfterS: null, status: null };
}

/** From a problem document; an answer that is none (a proxy's page) counts as `service`. */
export function failWith(status: number, body: unknown, retryAfter: string | null): Failure {
  const problem = (body ?? {}) as Partial<Problem>;
  const seconds = Number(retryAfter ?? problem.retry_after_s ?? NaN);
  return {
    code: problem.code ?? `http_${String(status)}`,
    told: problem.translations ?? {},
    local: status === 404 ? 'gone' : 'service',
    facts: {},
    unsent: false,
    retryAfterS: Number.isFinite(seconds) ? seconds : null,
    status,
  };
}

/** From the `error` of an analysis that failed. */
export function failAsTold(told: Told): Failure {
  return { ...failLocally('service'), code: told.code, told: told.messages };
}

export function sentencesOf(failure: Failure, language: Language): Sentences {
  const told = failure.told[language];
  if (told?.title) return told;
  const [title, detail, action] = SENTENCES[failure.local];
  return {
    title: tell(language, title, failure.facts),
    detail: tell(language, detail, failure.facts),
    action: tell(language, action, failure.facts),
  };
}

/** Sending the same file again can only help where the file was not the reason. */
export function isWorthRetrying(failure: Failure): boolean {
  return failure.unsent || failure.retryAfterS !== null || failure.code === 'http_502' ||
    failure.code === 'internal_error' || failure.code.startsWith('http_5');
}
