import type { Channel, ChannelCredentials, ChannelSummary } from './channel';
import type { Cluster } from './cluster';
import type { Recording } from './recording';
import type { Storage } from './storage';
import { learnServerTime } from './serverClock';

/** A refusal of the API, in the words of its `application/problem+json`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    title: string,
    readonly detail: string | null,
  ) {
    super(detail ?? title);
    this.name = 'ApiError';
  }
}

/** The server could not be reached at all. */
export class ConnectionError extends Error {
  constructor() {
    super('The server cannot be reached.');
    this.name = 'ConnectionError';
  }
}

const timeoutMs = 10_000;

async function request<T>(method: string, path: string, token?: string, body?: unknown): Promise<T> {
  const headers = new Headers({ Accept: 'application/json' });
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('Content-Type', 'application/json');

  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ConnectionError();
  }

  learnServerTime(response);
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError(response.status, 'The server gave an answer that is not JSON.', null);
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const fallback =
    response.status === 401
      ? 'The admin token is missing or wrong.'
      : `The server answered ${response.status} ${response.statusText}`.trim();
  try {
    const problem = (await response.json()) as { title?: string; detail?: string };
    return new ApiError(response.status, problem.title ?? fallback, problem.detail ?? null);
  } catch {
    return new ApiError(response.status, fallback, null);
  }
}

const channelPath = (slug: string) => `/api/channels/${encodeURIComponent(slug)}`;

export const listChannels = () => request<ChannelSummary[]>('GET', '/api/channels');

/** With the admin token it says in full what is wrong with the transcoder. */
export const getChannel = (slug: string, token?: string) => request<Channel>('GET', channelPath(slug), token);

/** Creates the channel, or sets its title where it exists. Without a title an existing one is left as it is. */
export const putChannel = (slug: string, token: string, title?: string) =>
  request<ChannelCredentials>('PUT', channelPath(slug), token, title === undefined ? {} : { title });

export const rotateStreamKey = (slug: string, token: string) =>
  request<ChannelCredentials>('POST', `${channelPath(slug)}/stream-key`, token);

export const deleteChannel = (slug: string, token: string) => request<void>('DELETE', channelPath(slug), token);

const recordingsPath = (slug: string) => `${channelPath(slug)}/recordings`;

/** The newest first. */
export const listRecordings = (slug: string) => request<Recording[]>('GET', recordingsPath(slug));

export const deleteRecording = (slug: string, id: string, token: string) =>
  request<void>('DELETE', `${recordingsPath(slug)}/${encodeURIComponent(id)}`, token);

/** Where the server keeps its media, for its operator. */
export const getStorage = (token: string) => request<Storage>('GET', '/api/storage', token);

/** The nodes and what is live on them, for their operator. */
export const getCluster = (token: string) => request<Cluster>('GET', '/api/cluster', token);

export const isNotFound = (error: unknown) => error instanceof ApiError && error.status === 404;

export const isUnauthorized = (error: unknown) =>
  error instanceof ApiError && (error.status === 401 || error.status === 403);
