using Google.Apis.Auth.OAuth2;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Gcs;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>A storage on a fake that goes wrong as told. It tries again after some milliseconds.</summary>
public abstract class GcsScripted : IAsyncLifetime
{
    protected const string Name = "live/b/source/0.m4s";

    private readonly List<GcsStorage> _storages = [];

    internal FakeGcs Fake { get; private set; } = null!;

    internal GcsStorage Storage { get; private set; } = null!;

    /// <summary>What any test can do with it that gives up nothing.</summary>
    internal GcsOptions Patient => new()
    {
        Bucket = Fake.Bucket,
        Endpoint = Fake.Address,
        IsEmulator = true,
        WriteDeadline = TimeSpan.FromMinutes(1),
        ReadDeadline = TimeSpan.FromMinutes(1),
        CheckDeadline = TimeSpan.FromMinutes(1),
        PauseMin = TimeSpan.FromMilliseconds(1),
        PauseMax = TimeSpan.FromMilliseconds(5),
        ResumableFrom = 50_000,
    };

    /// <summary>The same, for what does not succeed however long it is tried.</summary>
    internal GcsOptions Hasty => Patient with
    {
        WriteDeadline = TimeSpan.FromMilliseconds(50),
        ReadDeadline = TimeSpan.FromMilliseconds(50),
        CheckDeadline = TimeSpan.FromMilliseconds(50),
    };

    public virtual async ValueTask InitializeAsync()
    {
        Fake = await FakeGcs.StartAsync();
        Storage = Open(Patient);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var storage in _storages)
        {
            storage.Dispose();
        }

        await Fake.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal GcsStorage Open(
        GcsOptions options, BucketIdentity? identity = null, StorageInstruments? instruments = null, GoogleCredential? credential = null)
    {
        var storage = new GcsStorage(
            options, TimeProvider.System, identity, instruments, credential is null ? null : _ => Task.FromResult(credential));
        _storages.Add(storage);
        return storage;
    }

    internal static byte[] Media(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>As segments come: in parts.</summary>
    internal static Task StoreAsync(GcsStorage storage, byte[] bytes, string name = Name) =>
        storage.WriteAsync(name, [.. bytes.Chunk(1 + (bytes.Length / 5)).Select(static part => (ReadOnlyMemory<byte>)part)], default);

    internal static async Task<byte[]> ReadAsync(GcsStorage storage, string name = Name)
    {
        await using var stream = await storage.OpenAsync(name, default);
        var bytes = new byte[stream!.Length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    internal IEnumerable<FakeRequest> Kinds => Fake.Requests.Select(static request => request.Kind);
}
