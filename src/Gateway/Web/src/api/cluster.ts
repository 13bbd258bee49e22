/** What `GET /api/cluster` answers: the cluster as the node sees it that is asked. */
export interface Cluster {
  /** The oldest first. */
  nodes: ClusterNode[];
  channels: LiveChannel[];
}

export interface ClusterNode {
  /** Its host and port. */
  name: string;
  state: 'joining' | 'weaklyup' | 'up' | 'leaving' | 'exiting' | 'down';
  isReachable: boolean;
  isSelf: boolean;
  isLeader: boolean;
  roles: string[];
  version: string;
  /** Null of a node that is no worker, or has not told yet. */
  worker: ClusterWorker | null;
}

/** What a node has for transcode runs. */
export interface ClusterWorker {
  slots: number;
  taken: number;
  /** It takes no more, since it is about to leave. */
  isDraining: boolean;
  runs: { slug: string | null; broadcastId: string; epoch: number }[];
}

export interface LiveChannel {
  slug: string;
  /** The name of the node that has its publisher. */
  origin: string;
  broadcastId: string;
  epoch: number;
  startedAt: string;
}
