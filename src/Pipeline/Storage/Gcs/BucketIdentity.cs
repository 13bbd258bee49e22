namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>
/// Tells whether a bucket is the one that a node's media belong in: its object <c>identity</c> says the same as the node's file
/// <c>identity</c>. Both are made at the first use, when there is nothing in the bucket that the node does not know. Two nodes with
/// journals of their own in one bucket would each take the other's media for orphans. Nodes that share a journal share the bucket: they
/// have agreed on its identity.
/// </summary>
/// <param name="dataPath">The node's data folder.</param>
/// <param name="folder">The folder of media in the bucket.</param>
/// <param name="known">Folders in it that the node knows of.</param>
/// <param name="agreed">The identity that nodes have agreed on; null where the node's file has it.</param>
public sealed class BucketIdentity(
    string dataPath, string folder, Func<Task<IReadOnlyCollection<string>>> known, string? agreed = null)
{
    private readonly Lock _asking = new();
    private readonly string _ours = Path.Combine(dataPath, IdentityFile.Name);
    private Task _asked = Task.FromCanceled(new CancellationToken(canceled: true));

    /// <summary>What the node's file says; null where it has none.</summary>
    public static string? OfFolder(string dataPath) => IdentityFile.Read(Path.Combine(dataPath, IdentityFile.Name));

    /// <summary>Returns when it is the right one. Who comes while it is being asked waits for that answer.</summary>
    /// <exception cref="StorageUnavailableException">It is not, or cannot be asked; the message says what to do.</exception>
    internal Task RequireAsync(GcsStorage bucket, CancellationToken cancellationToken)
    {
        lock (_asking)
        {
            if (_asked.IsCompletedSuccessfully)
            {
                return Task.CompletedTask;
            }

            if (_asked.IsCompleted)
            {
                _asked = Task.Run(() => AskAsync(bucket), CancellationToken.None);
            }

            return _asked.WaitAsync(cancellationToken);
        }
    }

    private async Task AskAsync(GcsStorage bucket)
    {
        try
        {
            await CompareAsync(bucket, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageUnavailableException($"{_ours} cannot be used: {e.Message}", e);
        }
    }

    private async Task CompareAsync(GcsStorage bucket, CancellationToken cancellationToken)
    {
        var ours = agreed ?? IdentityFile.Read(_ours);
        var theirs = await bucket.ReadIdentityAsync(IdentityFile.Name, cancellationToken).ConfigureAwait(false);
        if (theirs is not null && theirs == ours)
        {
            return;
        }

        var strange = await StrangeAsync(bucket, cancellationToken).ConfigureAwait(false);
        if (theirs is not null && (ours is not null || strange is not null))
        {
            throw new StorageUnavailableException(agreed is not null
                ? $"The bucket {bucket.Bucket} belongs to other nodes ({theirs}, the identity that these have agreed on is {ours}): give "
                    + "the cluster a bucket of its own."
                : $"The bucket {bucket.Bucket} belongs to another data folder ({theirs}, ours is {ours ?? "new"}): give each node a bucket "
                    + $"of its own. If it is the right one, write {theirs} into {_ours}.");
        }

        if (strange is not null)
        {
            throw new StorageUnavailableException(
                $"The bucket {bucket.Bucket} has media that this node does not know, such as {folder}/{strange}, and no identity: give the "
                + $"node an empty bucket. If it is the right one, store {_ours} in it as the object '{IdentityFile.Name}'.");
        }

        // Nobody's as yet, or a first start was cut off between the two.
        var identity = theirs ?? ours ?? IdentityFile.New();
        if (ours is null)
        {
            IdentityFile.Write(_ours, identity);
        }

        if (theirs is null)
        {
            await bucket.WriteIdentityAsync(IdentityFile.Name, identity, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A folder of media that the node does not know of; null when there is none.</summary>
    private async Task<string?> StrangeAsync(GcsStorage bucket, CancellationToken cancellationToken)
    {
        var ours = (await known().ConfigureAwait(false)).Select(static name => name[(name.LastIndexOf('/') + 1)..]).ToHashSet(StringComparer.Ordinal);
        return await bucket.FoldersAsync(folder, cancellationToken)
            .FirstOrDefaultAsync(name => !ours.Contains(name), cancellationToken).ConfigureAwait(false);
    }
}
