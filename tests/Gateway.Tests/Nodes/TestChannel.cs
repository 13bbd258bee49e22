using System.Net;
using System.Net.Http.Json;
using System.IO.Pipelines;
using Streaming.Gateway.Api;
using Streaming.Pipeline.Tests.Rtmp;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>A channel of a node under test, with its key: what a broadcaster, a viewer and the studio do with it.</summary>
internal sealed record TestChannel(Node Node, string Slug, string StreamKey)
{
    public string PublishUrl => $"rtmp://127.0.0.1:{Node.RtmpPort}/live/{StreamKey}";

    /// <summary>Pushes a file again and again, as fast as it plays.</summary>
    public Publisher Publish(string file) => Publisher.Start(file, PublishUrl);

    /// <summary>A publisher by hand, accepted already.</summary>
    public async Task<ScriptedPublisher> PublishByHandAsync()
    {
        var stream = await Node.ConnectRtmpAsync();
        return await ScriptedPublisher.PublishingAsync(
            new DuplexPipe(PipeReader.Create(stream), PipeWriter.Create(stream)), name: StreamKey);
    }

    /// <summary>A publisher by hand that has not asked to publish yet.</summary>
    public async Task<ScriptedPublisher> ConnectByHandAsync()
    {
        var stream = await Node.ConnectRtmpAsync();
        var publisher = new ScriptedPublisher(new DuplexPipe(PipeReader.Create(stream), PipeWriter.Create(stream)));
        await publisher.HandshakeAsync();
        await publisher.ConnectAsync("live");
        await publisher.CreateStreamAsync();
        return publisher;
    }

    /// <summary>What the API says of it to everybody.</summary>
    public async Task<ChannelDetail> ShowAsync() =>
        (await Node.Viewer.GetFromJsonAsync<ChannelDetail>($"/api/channels/{Slug}"))!;

    /// <summary>What it says to the operator.</summary>
    public async Task<ChannelDetail> ShowToOperatorAsync() =>
        (await Node.Admin.GetFromJsonAsync<ChannelDetail>($"/api/channels/{Slug}"))!;

    public Task<ChannelDetail> EventuallyAsync(string what, Func<ChannelDetail, bool> holds, TimeSpan? limit = null) =>
        Eventually.GetAsync(what, ShowAsync, holds, limit);

    /// <summary>Waits until it can be played, with each of <paramref name="renditions"/>.</summary>
    public Task<ChannelDetail> LiveAsync(params string[] renditions) => EventuallyAsync(
        $"{Slug} is live with {string.Join(", ", renditions)}",
        channel => channel.Live && renditions.All(wanted => channel.Renditions.Any(rendition => rendition.Name == wanted)));

    /// <summary>The multivariant playlist, null while the channel is offline.</summary>
    public async Task<MultivariantListing?> MultivariantAsync()
    {
        using var response = await Node.Viewer.GetAsync($"/live/{Slug}/index.m3u8");
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return MultivariantListing.Parse(await response.Content.ReadAsStringAsync());
    }

    /// <summary>The media playlist of a rendition of a broadcast.</summary>
    public async Task<PlaylistListing> PlaylistAsync(string broadcastId, string rendition) => PlaylistListing.Parse(
        await Node.Viewer.GetStringAsync($"{Folder(broadcastId, rendition)}/index.m3u8"));

    /// <summary>Waits until the rendition's playlist is as wanted.</summary>
    public Task<PlaylistListing> PlaylistAsync(
        string broadcastId, string rendition, string what, Func<PlaylistListing, bool> holds, TimeSpan? limit = null) =>
        Eventually.GetAsync(what, () => PlaylistAsync(broadcastId, rendition), holds, limit);

    /// <summary>Where a rendition's files are.</summary>
    public string Folder(string broadcastId, string rendition) => $"/live/{Slug}/{broadcastId}/{rendition}";
}
