/** The calls of the API page, written out in three languages for the address it is read at. */

import type { ProseKey } from '../shared/prose';

export const DIALECTS = ['curl', 'python', 'javascript'] as const;
export type Dialect = (typeof DIALECTS)[number];

export interface ApiCall {
  title: ProseKey;
  detail: ProseKey;
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
}

export const CALLS: readonly ApiCall[] = [
  { title: 'api.analyse_title', detail: 'api.analyse_detail', method: 'POST', path: '/api/v1/analyses' },
  { title: 'api.history_title', detail: 'api.history_detail', method: 'GET', path: '/api/v1/analyses' },
  { title: 'api.models_title', detail: 'api.models_detail', method: 'GET', path: '/api/v1/models/current' },
  { title: 'api.map_title', detail: 'api.map_detail', method: 'GET', path: '/api/v1/embedding-map' },
  { title: 'api.delete_title', detail: 'api.delete_detail', method: 'DELETE', path: '/api/v1/analyses/ID' },
];

const PYTHON_HEAD = 'import httpx\n\nclient = httpx.Client()  # keeps the session cookie\n';

const WRITERS: Record<Dialect, Record<ApiCall['method'], (address: string) => string>> = {
  curl: {
    GET: (address) => `curl -c jar -b jar ${address}`,
    POST: (address) => `curl -c jar -b jar -F file=@radiograph.png -H 'Prefer: wait=10' ${address}`,
    DELETE: (address) => `curl -c jar -b jar -X DELETE ${address}`,
  },
  python: {
    GET: (address) => `${PYTHON_HEAD}print(client.get("${address}").json())`,
    POST: (address) =>
      `${PYTHON_HEAD}with open("radiograph.png", "rb") as radiograph:\n    response = client.post(\n        "${address}",\n        files={"file": radiograph},\n        headers={"Prefer": "wait=10"},\n    )\nprint(response.json())`,
    DELETE: (address) => `${PYTHON_HEAD}print(client.delete("${address}").status_code)`,
  },
  javascript: {
    GET: (address) => `const response = await fetch("${address}");\nconsole.log(await response.json());`,
    POST: (address) =>
      `const form = new FormData();\nform.append("file", radiograph); // a File or Blob\nconst response = await fetch("${address}", {\n  method: "POST",\n  body: form,\n  headers: { Prefer: "wait=10" },\n});\nconsole.log(await response.json());`,
    DELETE: (address) => `const response = await fetch("${address}", { method: "DELETE" });\nconsole.log(response.status);`,
  },
};

export function writeExample({ method, path }: ApiCall, dialect: Dialect, service: string): string {
  return WRITERS[dialect][method](service + path);
}
