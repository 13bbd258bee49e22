using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Edge;
using Streaming.Cluster.Naming;
using Streaming.Gateway.Connections;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Live playback of the contract: manifests and media. Most of what a node is asked for: these endpoints are reached before
/// all that other requests need, and find their parts without asking for them each time.
/// </summary>
internal sealed class LiveEndpoints(
    EdgeBroadcasts broadcasts, ChannelDirectory directory, Playlists playlists, Viewers viewers, TimeProvider time,
    PlaybackInstruments instruments, PublicMedia elsewhere)
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public void Map(IEndpointRouteBuilder routes)
    {
        var live = routes.MapGroup("/live/{slug}").WithTags("Playback");
        live.MapMethods("/index.m3u8", Methods, Multivariant).WithName("HlsMultivariantPlaylist").ShortCircuit();
        live.MapMethods("/manifest.mpd", Methods, Mpd).WithName("DashManifest").ShortCircuit();
        live.MapMethods("/{broadcastId}/{rendition}/" + MediaNames.MediaPlaylist, Methods, PlaylistAsync)
            .WithName("HlsMediaPlaylist").ShortCircuit();
        live.MapMethods("/{broadcastId}/{rendition}/{name}", Methods, FileAsync).WithName("Media").ShortCircuit();
        routes.MapMethods("/time", Methods, Time).WithName("Time").WithTags("Playback").ShortCircuit();
    }

    private async Task Multivariant(string slug, HttpContext context) => await AnswerAsync(
        AnswerKind.MultivariantPlaylist,
        await OfferedAsync(slug, context) is { } snapshot
            ? new ManifestResult(playlists.Multivariant(snapshot), MediaTypes.HlsPlaylist, MediaTypes.Live)
            : Offline(slug, context),
        context);

    private async Task Mpd(string slug, HttpContext context)
    {
        if (await OfferedAsync(slug, context) is not { } snapshot)
        {
            await AnswerAsync(AnswerKind.Mpd, Offline(slug, context), context);
            return;
        }

        viewers.Saw(slug, context);
        await AnswerAsync(AnswerKind.Mpd, new ManifestResult(playlists.Mpd(snapshot), MediaTypes.Mpd, MediaTypes.LiveEdge), context);
    }

    private Task AnswerAsync(AnswerKind kind, IResult answer, HttpContext context) =>
        instruments.Live.ExecuteAsync(kind, answer, context);

    /// <summary>What a channel offers to a viewer who comes; null when there is nothing to play yet.</summary>
    private async ValueTask<BroadcastSnapshot?> OfferedAsync(string slug, HttpContext context) =>
        (await broadcasts.NewestAsync(slug, context.RequestAborted))?.Snapshot is { } snapshot && Offering.Of(snapshot).IsReady ? snapshot : null;

    private Task PlaylistAsync(string slug, string broadcastId, string rendition, HttpContext context)
    {
        if (!BlockingReload.TryParse(context.Request.QueryString, out var reload))
        {
            var refused = Refused(context, "_HLS_msn and _HLS_part are whole numbers, and a part needs its segment.");
            return AnswerAsync(AnswerKind.MediaPlaylist, refused, context);
        }

        var found = broadcasts.FindAsync(slug, broadcastId, context.RequestAborted);
        return found.IsCompletedSuccessfully
            ? Playlist(slug, broadcastId, found.Result, rendition, reload, context)
            : SoughtPlaylistAsync(slug, broadcastId, found, rendition, reload, context);
    }

    /// <summary>Of a channel of another node that nobody here has asked for yet.</summary>
    private async Task SoughtPlaylistAsync(
        string slug, string broadcastId, ValueTask<ILiveBroadcast?> broadcast, string rendition, BlockingReload reload, HttpContext context) =>
        await Playlist(slug, broadcastId, await broadcast, rendition, reload, context);

    private Task Playlist(
        string slug, string broadcastId, ILiveBroadcast? broadcast, string rendition, BlockingReload reload, HttpContext context)
    {
        if (broadcast is not { Snapshot: not null })
        {
            return AnswerAsync(AnswerKind.MediaPlaylist, NotHere(slug, broadcastId, context), context);
        }

        viewers.Saw(slug, context);
        return reload.MediaSequence is null
            ? AnswerAsync(AnswerKind.MediaPlaylist, Newest(broadcast, rendition, reload, context), context)
            : AwaitedPlaylistAsync(broadcast, rendition, reload, context);
    }

    /// <summary>Thousands of these wait at a time: it holds what it needs to go on, and no more.</summary>
    private async Task AwaitedPlaylistAsync(ILiveBroadcast broadcast, string rendition, BlockingReload reload, HttpContext context)
    {
        var reached = reload.WaitAsync(broadcast, rendition, time, context.RequestAborted);
        EdgeWait edge;
        using (instruments.Waits.Begin(AnswerKind.MediaPlaylist, reached.IsCompleted))
        {
            edge = await reached;
        }

        IResult answer = edge switch
        {
            EdgeWait.TooFar => Refused(context, "That segment is too far ahead: ask for the one after the newest at most."),
            EdgeWait.TimedOut => Silent(context),
            _ => Newest(broadcast, rendition, reload, context),
        };
        await AnswerAsync(AnswerKind.MediaPlaylist, answer, context);
    }

    private IResult Newest(ILiveBroadcast broadcast, string rendition, BlockingReload reload, HttpContext context)
    {
        var snapshot = broadcast.Snapshot!;
        return snapshot.Find(rendition) is { } found
            ? new ManifestResult(
                playlists.Media(snapshot, found, reload.Skip),
                MediaTypes.HlsPlaylist,
                reload.MediaSequence is null ? MediaTypes.Live : MediaTypes.Awaited)
            : Missing(context, isGone: false);
    }

    private async Task FileAsync(string slug, string broadcastId, string rendition, string name, HttpContext context)
    {
        var answer = await FindFileAsync(slug, broadcastId, rendition, name, context);
        await AnswerAsync(AnswerKinds.OfFile(name), answer, context);
    }

    private async Task<IResult> FindFileAsync(
        string slug, string broadcastId, string rendition, string name, HttpContext context)
    {
        if (await broadcasts.FindAsync(slug, broadcastId, context.RequestAborted) is not { } broadcast)
        {
            return NotHere(slug, broadcastId, context);
        }

        var type = rendition == RenditionNames.Audio ? MediaTypes.AudioMp4 : MediaTypes.VideoMp4;
        if (broadcast.Media.TryGet(rendition, name, out var hot))
        {
            if (LentBody.TakesFiles(context)
                && await broadcast.Media.OpenFileAsync(rendition, name, hot!, context.RequestAborted) is { } file)
            {
                if (OpenFiles.OfProcess.IsForViewers(file.SafeFileHandle))
                {
                    return new FileResult(file, type, MediaTypes.Immutable);
                }

                await file.DisposeAsync();
            }

            if (hot!.TryHold(out var hold))
            {
                return new MediaResult(hold, type, MediaTypes.Immutable);
            }
        }

        if (broadcast.Snapshot?.Find(rendition) is not { } found || SequenceOf(name) is not { } sequence)
        {
            return Missing(context, isGone: false);
        }

        var hinted = HintedPart.WaitAsync(broadcast, rendition, name, time, context.RequestAborted);
        using (instruments.Waits.Begin(AnswerKind.Part, hinted.IsCompleted))
        {
            switch (await hinted)
            {
                case EdgeWait.Reached when broadcast.Media.TryHold(rendition, name, out var part):
                    return new MediaResult(part, type, MediaTypes.Immutable);
                case EdgeWait.TimedOut:
                    return Silent(context);
            }
        }

        if (MediaNames.TryParseSegment(name, out _))
        {
            // What does not grow any more may have become a gap meanwhile.
            IResult? answer = Gap(broadcast.Snapshot!, rendition, sequence, type);
            if (answer is null)
            {
                var begun = GrowingSegmentResult.WaitAsync(broadcast, rendition, sequence, type, time, context.RequestAborted);
                using (instruments.Waits.Begin(AnswerKind.Segment, begun.IsCompleted))
                {
                    answer = await begun;
                }
            }

            answer ??= Gap(broadcast.Snapshot!, rendition, sequence, type);
            if (answer is not null)
            {
                return answer;
            }

            // What is listed and not in memory is stored.
            if (broadcast.Snapshot!.Find(rendition)?.Find(sequence) is not null
                && elsewhere.RedirectTo(broadcastId, rendition, name) is { } redirect)
            {
                return redirect;
            }
        }

        // A part that memory has let go of is a chunk of its segment: players that remember it from an older playlist may ask for
        // it for as long as for that.
        var isPart = MediaNames.TryParsePart(name, out _, out var chunk);
        var whole = isPart ? MediaNames.Segment(sequence) : name;
        if (await StoredMediaResult.OpenAsync(
            token => broadcast.Media.OpenStoredAsync(rendition, whole, token),
            type, MediaTypes.Immutable, context, isPart ? chunk : null) is { } stored)
        {
            return stored;
        }

        // What lies before the edge was there once; what lies beyond it may come, or was hinted in vain.
        return Missing(context, isGone: found.Segments is [.., var newest]
            && sequence <= newest.Boundary.MediaSequence && !WasHintedInVain(found, name));
    }

    /// <summary>The name is of a part that players were told to expect, and that its segment ended without.</summary>
    private static bool WasHintedInVain(RenditionSnapshot rendition, string name) =>
        MediaNames.TryParsePart(name, out var sequence, out var index)
        && rendition.Find(sequence) is { } segment && (segment.IsGap || index >= segment.Parts.Length);

    /// <summary>What is served in place of a segment that the rendition does not have; null when it is no gap.</summary>
    private static MediaResult? Gap(BroadcastSnapshot timeline, string rendition, long sequence, string type) =>
        timeline.Find(rendition)?.Find(sequence) is { IsGap: true } gap
            ? new MediaResult(EmptySegment.Create(sequence, gap.DecodeTime), type, MediaTypes.Immutable)
            : null;

    /// <summary>The wall clock for DASH's UTCTiming (urn:mpeg:dash:utc:http-iso:2014).</summary>
    private ContentHttpResult Time(HttpContext context)
    {
        context.Response.Headers.CacheControl = MediaTypes.Never;
        return TypedResults.Text(
            time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }

    private ProblemHttpResult Offline(string slug, HttpContext context)
    {
        context.Response.Headers.CacheControl = MediaTypes.Never;
        return directory.Find(slug) is null
            ? TypedResults.Problem(title: "There is no such channel.", statusCode: StatusCodes.Status404NotFound)
            : TypedResults.Problem(
                title: "The channel is offline.",
                detail: "It has a playlist when its broadcaster is live; GET /api/channels tells who is.",
                statusCode: StatusCodes.Status404NotFound);
    }

    private static ProblemHttpResult Refused(HttpContext context, string reason)
    {
        context.Response.Headers.CacheControl = MediaTypes.Never;
        return TypedResults.Problem(title: reason, statusCode: StatusCodes.Status400BadRequest);
    }

    private static ProblemHttpResult Silent(HttpContext context)
    {
        context.Response.Headers.CacheControl = MediaTypes.Never;
        return TypedResults.Problem(
            title: "The broadcaster sends nothing.", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Of a broadcast that is not here. Players give up what is gone for good, and come again for what is not to be had now.</summary>
    private ProblemHttpResult NotHere(string slug, string broadcastId, HttpContext context)
    {
        var isOne = Ids.IsBroadcastId(broadcastId);
        if (!isOne || !broadcasts.MayBeElsewhere(slug, broadcastId, directory.StateOf(slug).Origin is { Node: not null }))
        {
            return Missing(context, isOne);
        }

        context.Response.Headers.CacheControl = MediaTypes.Never;
        return TypedResults.Problem(
            title: "The server that has the broadcast gives no answer. Please try again in a moment.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static ProblemHttpResult Missing(HttpContext context, bool isGone)
    {
        context.Response.Headers.CacheControl = MediaTypes.Never;
        return isGone
            ? TypedResults.Problem(title: "This has left the window.", statusCode: StatusCodes.Status410Gone)
            : TypedResults.Problem(title: "There is no such file.", statusCode: StatusCodes.Status404NotFound);
    }

    /// <summary>Number of the segment that a segment or part is named for; null when the name is neither's.</summary>
    private static long? SequenceOf(string name) =>
        MediaNames.TryParseSegment(name, out var sequence) || MediaNames.TryParsePart(name, out sequence, out _)
            ? sequence
            : null;
}
