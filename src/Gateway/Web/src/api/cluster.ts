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
}

export interface LiveChannel {
  slug: string;
  /** The name of the node that has its publisher. */
  origin: string;
  broadcastId: string;
  epoch: number;
  startedAt: string;
}
