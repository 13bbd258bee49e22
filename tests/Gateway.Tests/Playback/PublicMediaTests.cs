using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Cluster.Naming;
using Streaming.Gateway.Playback;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Storage.Spill;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>Viewers are sent to the bucket for what is in it, and for nothing that is still on its way there.</summary>
public sealed class PublicMediaTests : IDisposable
{
    private const string Broadcast = "20260101T000000Z-0123abcd";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streaming-spill-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Redirect_OfWhatWaitsOnDisk_IsNone()
    {
        using var spill = new SpillingStorage(
            new MemoryStorage(limitBytes: 0), // Takes nothing.
            _folder.FullName,
            new SpillOptions { MaxBytes = 1 << 20 },
            TimeProvider.System,
            NullLogger<SpillingStorage>.Instance);
        await spill.WriteAsync($"{BroadcastFolder.Of(Broadcast)}/source/1.m4s", [new byte[] { 1 }], 0, TestContext.Current.CancellationToken);
        var media = new PublicMedia("https://cdn.example/", spill);

        Assert.Null(media.RedirectTo(Broadcast, "source", "1.m4s"));

        var context = new DefaultHttpContext();
        await media.RedirectTo(Broadcast, "source", "0.m4s")!.ExecuteAsync(context);
        Assert.Equal(StatusCodes.Status302Found, context.Response.StatusCode);
        Assert.Equal($"https://cdn.example/{BroadcastFolder.Of(Broadcast)}/source/0.m4s", context.Response.Headers.Location);
    }

    [Fact]
    public void Redirect_WithoutAPublicAddress_IsNone() => Assert.Null(new PublicMedia("").RedirectTo(Broadcast, "source", "0.m4s"));
}
