import { useCallback } from 'preact/hooks';
import { getCluster } from '../api/client';
import type { Cluster, ClusterNode, ClusterWorker } from '../api/cluster';
import { usePolled } from '../api/usePolled';
import { formatCount } from '../ui/format';
import { Notice } from '../ui/Notice';

const refreshMs = 2_000;

/** The nodes, and how many channels are live on each. Nothing where the node is alone. */
export function ClusterPanel({ token }: { token: string }) {
  const ask = useCallback(() => getCluster(token), [token]);
  const { value: cluster } = usePolled(ask, refreshMs);
  if (cluster === null || cluster.nodes.length < 2) return null;
  const silent = cluster.nodes.filter(({ isReachable }) => !isReachable).length;
  return (
    <section class="panel cluster" aria-labelledby="cluster-title">
      <h2 id="cluster-title">
        Nodes <span class="count">{formatCount(cluster.nodes.length)}</span>
      </h2>
      {silent > 0 && (
        <Notice kind="warning">
          {silent === 1 ? 'A node is not heard.' : `${formatCount(silent)} nodes are not heard.`} Those that stay away are
          taken out of the cluster in a few seconds.
        </Notice>
      )}
      <ul class="nodes">
        {cluster.nodes.map((node) => (
          <Node key={node.name} node={node} live={liveOn(node, cluster)} />
        ))}
      </ul>
    </section>
  );
}

const liveOn = ({ name }: ClusterNode, { channels }: Cluster) => channels.filter(({ origin }) => origin === name).length;

function runsOf({ taken, isDraining }: ClusterWorker) {
  const runs = taken === 1 ? '1 transcode run' : `${formatCount(taken)} transcode runs`;
  return isDraining ? `${runs}, about to leave` : runs;
}

function Node({ node, live }: { node: ClusterNode; live: number }) {
  const state = !node.isReachable ? 'silent' : node.state === 'up' ? 'up' : 'changing';
  const words = !node.isReachable ? 'not heard' : node.state;
  return (
    <li class={`node node-${state}`}>
      <span class="node-dot" />
      <span class="node-name">{node.name}</span>
      <span class="hint">
        {words}
        {node.isSelf && ', this one'}
        {live > 0 && `, ${formatCount(live)} live`}
        {node.worker !== null && `, ${runsOf(node.worker)}`}
      </span>
    </li>
  );
}
