using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Playback;

namespace Streaming.Gateway.Api;

/// <summary>
/// All channels as JSON, made once a second at most and shared by all who ask; anew at once when a channel was made, renamed or
/// deleted, so that who did it sees it.
/// </summary>
internal sealed class ChannelList(
    ChannelDirectory directory,
    EdgeBroadcasts live,
    Viewers viewers,
    RecordingLibrary recordings,
    IOptions<JsonOptions> json,
    TimeProvider time)
{
    /// <summary>The oldest that it may be.</summary>
    public static readonly TimeSpan AgeMax = TimeSpan.FromSeconds(1);

    private readonly JsonTypeInfo _type = json.Value.SerializerOptions.GetTypeInfo(typeof(IReadOnlyList<ChannelSummary>));
    private readonly Lock _making = new();
    private volatile Made? _made;

    public ReadOnlyMemory<byte> Json()
    {
        if (Fresh is { } made)
        {
            return made.Json;
        }

        lock (_making)
        {
            // The version is read first: a change while it is made makes it old.
            _made = Fresh ?? new(directory.Version, time.GetTimestamp(), JsonSerializer.SerializeToUtf8Bytes(Summaries(), _type));
            return _made.Json;
        }
    }

    private Made? Fresh =>
        _made is { } made && made.Version == directory.Version && time.GetElapsedTime(made.At) < AgeMax ? made : null;

    private IReadOnlyList<ChannelSummary> Summaries()
    {
        var recorded = recordings.CountByChannel();
        return
        [
            .. directory.All.Select(channel => ChannelEndpoints.Summary(
                channel, live.StatusOf(channel.Slug), viewers, recorded.GetValueOrDefault(channel.Slug))),
        ];
    }

    private sealed record Made(long Version, long At, byte[] Json);
}
