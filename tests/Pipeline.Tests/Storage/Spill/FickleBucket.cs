using System.Collections.Concurrent;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Memory;

namespace Streaming.Pipeline.Tests.Storage.Spill;

/// <summary>A bucket that takes nothing when told to, or takes its time. Objects in it are replaced by those of a higher epoch.</summary>
internal sealed class FickleBucket : IMediaStorage
{
    private readonly MemoryStorage _objects = new(1 << 30);
    private readonly ConcurrentDictionary<string, long> _epochs = new();
    private readonly Lock _counting = new();

    public static StorageUnavailableException Away { get; } = new("The bucket cannot be reached.") { IsPassing = true };

    /// <summary>What writes, deletions and checks fail of.</summary>
    public IOException? Failure { get; set; }

    /// <summary>Writes wait for this.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>Names that were to be written, in order; also those of which nothing came.</summary>
    public ConcurrentQueue<string> Tried { get; } = new();

    /// <summary>Names that were written, in order.</summary>
    public ConcurrentQueue<string> Taken { get; } = new();

    public int DeletionsTried { get; private set; }

    public int UnderWay { get; private set; }

    public int MostUnderWay { get; private set; }

    public long? UsedBytes => _objects.UsedBytes;

    public bool HasFiles => false;

    public int WritesAtOnce => 4;

    public async Task WriteAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken)
    {
        Tried.Enqueue(name);
        Count(1);
        try
        {
            if (Gate is { } gate)
            {
                await gate.Task.WaitAsync(cancellationToken);
            }

            Fail();
            await RequireSameOrLowerAsync(name, content, epoch);
            await _objects.WriteAsync(name, content, epoch, cancellationToken);
            _epochs[name] = Math.Max(epoch, EpochOf(name));
            Taken.Enqueue(name);
        }
        finally
        {
            Count(-1);
        }
    }

    /// <summary>That an object was written under.</summary>
    public long EpochOf(string name) => _epochs.GetValueOrDefault(name);

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) => _objects.OpenAsync(name, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        DeletionsTried++;
        Fail();
        return _objects.DeleteAsync(name, cancellationToken);
    }

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken) =>
        _objects.ListFoldersAsync(folder, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken) =>
        _objects.ListAsync(folder, cancellationToken);

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        DeletionsTried++;
        Fail();
        return _objects.DeleteFolderAsync(folder, cancellationToken);
    }

    public Task CheckAsync(CancellationToken cancellationToken)
    {
        Fail();
        return Task.CompletedTask;
    }

    private void Count(int more)
    {
        lock (_counting)
        {
            UnderWay += more;
            MostUnderWay = Math.Max(MostUnderWay, UnderWay);
        }
    }

    private void Fail()
    {
        if (Failure is { } failure)
        {
            throw failure;
        }
    }

    private async Task RequireSameOrLowerAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch)
    {
        if (EpochOf(name) < epoch)
        {
            return;
        }

        await using var there = await _objects.OpenAsync(name, default);
        if (there is MemoryStream memory && !memory.ToArray().SequenceEqual(content.SelectMany(static piece => piece.ToArray())))
        {
            throw new StorageConflictException($"The bucket has other bytes under the name {name}.")
            {
                IsOvertaken = EpochOf(name) > epoch,
            };
        }
    }
}
