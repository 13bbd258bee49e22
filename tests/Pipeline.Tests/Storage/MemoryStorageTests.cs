using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Memory;

namespace Streaming.Pipeline.Tests.Storage;

public sealed class MemoryStorageTests : LimitedStorageConformance
{
    protected override IMediaStorage Storage { get; } = new MemoryStorage(LimitBytes);
}
