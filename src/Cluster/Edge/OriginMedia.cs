using Streaming.Cluster.Membership;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Edge;

/// <summary>
/// Segments that only their origin has, as this node's viewers read them: each is fetched once, however many want it, and stays in memory for those who
/// come after them, until others take its place. Safe from any thread.
/// </summary>
public sealed class OriginMedia : IDisposable
{
    /// <summary>Bytes of segments that nobody reads just now: the one that was read longest ago goes first.</summary>
    public const long KeptBytesMax = 64L << 20;

    /// <summary>Bytes of all of them, those included that are being read, or are on their way. Beyond it viewers are told to come again.</summary>
    public const long BytesMax = 256L << 20;

    /// <summary>Bytes of one: eight seconds of a broadcast at the limit of 60 Mbit/s.</summary>
    public const int FileBytesMax = 64 << 20;

    /// <summary>Segments on their way at once; others wait.</summary>
    public const int FetchesAtOnce = 16;

    /// <summary>Those that wait included. Beyond it viewers are told to come again.</summary>
    public const int FetchesMax = 256;

    /// <summary>How long one takes at most, its wait included.</summary>
    public static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(10);

    private readonly IUpstream _upstream;
    private readonly TimeProvider _time;
    private readonly FetchInstruments? _instruments;
    private readonly long _keptBytesMax;
    private readonly long _bytesMax;
    private readonly Lock _gate = new();
    private readonly Dictionary<OriginFile, Fetched> _files = [];
    private readonly LinkedList<Fetched> _idle = new(); // Those that nobody reads: the newest first.
    private readonly SemaphoreSlim _fetching = new(FetchesAtOnce);
    private readonly CancellationTokenSource _stopped = new();
    private int _fetches;
    private long _bytes;
    private long _idleBytes;

    /// <param name="upstream">The way to origins.</param>
    /// <param name="time">Of <see cref="FetchTimeout"/>.</param>
    /// <param name="instruments">Count what is fetched; null for nobody who asks.</param>
    /// <param name="keptBytesMax">See <see cref="KeptBytesMax"/>.</param>
    /// <param name="bytesMax">See <see cref="BytesMax"/>.</param>
    public OriginMedia(
        IUpstream upstream,
        TimeProvider time,
        FetchInstruments? instruments = null,
        long keptBytesMax = KeptBytesMax,
        long bytesMax = BytesMax) =>
        (_upstream, _time, _instruments, _keptBytesMax, _bytesMax) = (upstream, time, instruments, keptBytesMax, bytesMax);

    /// <summary>Opens a segment for reading: a seekable stream, whose memory counts until it is disposed of; null when its origin has no such.</summary>
    /// <exception cref="StorageUnavailableException">The origin does not give it, or there is no room for it. Later it may be there.</exception>
    public async Task<Stream?> OpenAsync(NodeAddress origin, OriginFile file, CancellationToken cancellationToken)
    {
        var fetched = Take(origin, file);
        byte[]? data = null;
        try
        {
            data = await fetched.Coming.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (data is null)
            {
                Release(fetched);
            }
        }

        return data is null ? null : new Reading(data, this, fetched);
    }

    /// <summary>Ends what is on its way.</summary>
    public void Dispose() => _stopped.Cancel();

    /// <summary>The segment with one reader more: it is there, on its way, or fetched from now on.</summary>
    private Fetched Take(NodeAddress origin, OriginFile file)
    {
        lock (_gate)
        {
            if (_files.TryGetValue(file, out var fetched))
            {
                _instruments?.Asked(fetched.IsThere ? "hit" : "joined");
            }
            else if (_fetches < FetchesMax)
            {
                _instruments?.Asked("miss");
                _fetches++;
                fetched = new Fetched(file);
                _files.Add(file, fetched);
                fetched.Coming = Task.Run(() => FetchAsync(fetched, origin), CancellationToken.None);
            }
            else
            {
                _instruments?.Asked("refused");
                throw new StorageUnavailableException("Too many segments are being fetched from their origins.") { IsPassing = true };
            }

            if (fetched.Readers++ == 0 && fetched.IsThere)
            {
                _idle.Remove(fetched);
                _idleBytes -= fetched.Length;
            }

            return fetched;
        }
    }

    private void Release(Fetched fetched)
    {
        lock (_gate)
        {
            if (--fetched.Readers == 0 && fetched.IsThere)
            {
                Keep(fetched);
            }
        }
    }

    /// <summary>A fetch belongs to nobody who waits for it: who goes takes nobody along.</summary>
    private async Task<byte[]?> FetchAsync(Fetched fetched, NodeAddress origin)
    {
        byte[]? data = null;
        var outcome = "failed";
        using var late = new CancellationTokenSource(FetchTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopped.Token);
        try
        {
            await _fetching.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                data = await _upstream
                    .FetchAsync(origin, fetched.File, length => MakeRoom(fetched, length), either.Token).ConfigureAwait(false);
            }
            finally
            {
                _fetching.Release();
            }

            outcome = data is null ? "missing" : "fetched";
            return data;
        }
        catch (Exception e) when (e is not IOException)
        {
            var reason = $"{fetched.File.StoredName} could not be fetched from {origin}: {e.Message}";
            throw new StorageUnavailableException(reason, e) { IsPassing = true };
        }
        finally
        {
            End(fetched, data is not null);
            _instruments?.Fetched(outcome);
        }
    }

    private byte[] MakeRoom(Fetched fetched, long length)
    {
        if (length is < 0 or > FileBytesMax)
        {
            throw new UpstreamException($"It has {length:N0} bytes, and {FileBytesMax:N0} are the limit.");
        }

        lock (_gate)
        {
            while (_bytes + length > _bytesMax && _idle.Last is { } oldest)
            {
                Evict(oldest.Value);
            }

            if (_bytes + length > _bytesMax)
            {
                throw new StorageUnavailableException("Viewers read more fetched segments at once than memory has room for.") { IsPassing = true };
            }

            fetched.Length = length;
            _bytes += length;
            _instruments?.Holds(length);
        }

        return GC.AllocateUninitializedArray<byte>((int)length);
    }

    private void End(Fetched fetched, bool isThere)
    {
        lock (_gate)
        {
            _fetches--;
            fetched.IsThere = isThere;
            if (!isThere)
            {
                Forget(fetched); // Who asks next has it fetched anew.
                return;
            }

            _instruments?.Received(fetched.Length);
            if (fetched.Readers == 0)
            {
                Keep(fetched); // All who waited have gone.
            }
        }
    }

    private void Keep(Fetched fetched)
    {
        _idle.AddFirst(fetched);
        _idleBytes += fetched.Length;
        while (_idleBytes > _keptBytesMax)
        {
            Evict(_idle.Last!.Value);
        }
    }

    private void Evict(Fetched fetched)
    {
        _idle.Remove(fetched);
        _idleBytes -= fetched.Length;
        Forget(fetched);
        _instruments?.Evicted();
    }

    private void Forget(Fetched fetched)
    {
        _files.Remove(fetched.File);
        _bytes -= fetched.Length;
        _instruments?.Holds(-fetched.Length);
    }

    /// <summary>A segment. All but its name is written under the gate.</summary>
    private sealed class Fetched(OriginFile file)
    {
        public OriginFile File => file;

        public Task<byte[]?> Coming { get; set; } = null!;

        /// <summary>Bytes that are counted for it.</summary>
        public long Length { get; set; }

        public bool IsThere { get; set; }

        /// <summary>Those who wait for it included.</summary>
        public int Readers { get; set; }
    }

    private sealed class Reading(byte[] data, OriginMedia owner, Fetched fetched) : MemoryStream(data, writable: false)
    {
        private int _isOver;

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                owner.Release(fetched);
            }
        }
    }
}
