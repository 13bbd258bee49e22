using System.Net.Http.Json;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Pictures;

/// <summary>A node with a recording of <see cref="Sources.Tinted"/>: two segments of each colour.</summary>
public sealed class TintedNode : IAsyncLifetime
{
    internal Node Node { get; private set; } = null!;

    internal TestChannel Channel { get; private set; } = null!;

    internal RecordingResource Recording { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Node = await Node.StartAsync();
        Channel = await Node.CreateChannelAsync();
        await TestMedia.RunAsync(
            "ffmpeg",
            ["-nostdin", "-loglevel", "error", "-re", "-i", await Sources.Tinted, "-c", "copy",
                "-flvflags", "no_duration_filesize", "-f", "flv", Channel.PublishUrl]);
        Recording = (await Eventually.GetAsync(
            "there is a recording",
            () => Node.Viewer.GetFromJsonAsync<IReadOnlyList<RecordingResource>>($"/api/channels/{Channel.Slug}/recordings"),
            recordings => recordings!.Count == 1))![0];
    }

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
