using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Gcs;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>A bucket of the fake is a storage.</summary>
public sealed class GcsStorageTests : MediaStorageConformance, IAsyncLifetime
{
    private FakeGcs _fake = null!;
    private GcsStorage _storage = null!;

    protected override IMediaStorage Storage => _storage;

    protected override bool Replaces => false;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeGcs.StartAsync();
        _fake.PageLength = 3;
        _storage = new GcsStorage(
            new GcsOptions { Bucket = _fake.Bucket, Endpoint = _fake.Address, IsEmulator = true }, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _storage.Dispose();
        await _fake.DisposeAsync();
    }
}
