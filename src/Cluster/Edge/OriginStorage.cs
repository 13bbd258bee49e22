using Streaming.Cluster.Membership;
using Streaming.Cluster.Naming;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Edge;

/// <summary>
/// Storage of a broadcast of another node: segments that this node's does not have come from the origin. All else is this node's.
/// </summary>
internal sealed class OriginStorage(IMediaStorage local, OriginMedia fetched, string slug, string broadcastId, NodeAddress origin) : IMediaStorage
{
    private readonly string _folder = BroadcastFolder.Of(broadcastId) + "/";
    private volatile NodeAddress _origin = origin;

    public long? UsedBytes => local.UsedBytes;

    public bool HasFiles => false; // What is fetched is in memory.

    public int WritesAtOnce => local.WritesAtOnce;

    /// <summary>The broadcast's stream comes from there now.</summary>
    public void ComesFrom(NodeAddress now) => _origin = now;

    public async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        var stored = await local.OpenAsync(name, cancellationToken).ConfigureAwait(false);
        return stored is null && FileOf(name) is { } file
            ? await fetched.OpenAsync(_origin, file, cancellationToken).ConfigureAwait(false)
            : stored;
    }

    public Task WriteAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken) =>
        local.WriteAsync(name, content, epoch, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => local.DeleteAsync(name, cancellationToken);

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken) =>
        local.ListFoldersAsync(folder, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken) =>
        local.ListAsync(folder, cancellationToken);

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken) => local.DeleteFolderAsync(folder, cancellationToken);

    public Task CheckAsync(CancellationToken cancellationToken) => local.CheckAsync(cancellationToken);

    /// <summary>The segment of the broadcast that the name is of; null when it is of something else.</summary>
    private OriginFile? FileOf(string name) =>
        name.StartsWith(_folder, StringComparison.Ordinal) && name[_folder.Length..].Split('/') is [var rendition, var file]
        && MediaNames.TryParseSegment(file, out _)
            ? new(slug, broadcastId, rendition, file)
            : null;
}
