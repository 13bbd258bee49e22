using Microsoft.AspNetCore.Http.HttpResults;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Playback;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Recordings;

/// <summary>Playback of recordings: manifests that never change, and media from storage.</summary>
internal static class OnDemandEndpoints
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapOnDemand(this IEndpointRouteBuilder routes)
    {
        var recording = routes.MapGroup("/vod/{id}").WithTags("Recordings");
        recording.MapMethods("/index.m3u8", Methods, MultivariantAsync).WithName("RecordedHlsMultivariantPlaylist")
            .Counted(AnswerKind.MultivariantPlaylist);
        recording.MapMethods("/manifest.mpd", Methods, MpdAsync).WithName("RecordedDashManifest").Counted(AnswerKind.Mpd);
        recording.MapMethods("/{rendition}/" + MediaNames.MediaPlaylist, Methods, PlaylistAsync).WithName("RecordedHlsMediaPlaylist")
            .Counted(AnswerKind.MediaPlaylist);
        recording.MapMethods("/{rendition}/{name}", Methods, FileAsync).WithName("RecordedMedia").Counted();
    }

    private static async Task<IResult> MultivariantAsync(
        string id, HttpContext context, RecordingLibrary recordings, RecordedManifests manifests) =>
        await TimelineAsync(recordings, id) is { } timeline
            ? new ManifestResult(manifests.Multivariant(timeline), MediaTypes.HlsPlaylist, MediaTypes.UntilDeleted)
            : NotThere(context, recordings, id);

    private static async Task<IResult> MpdAsync(
        string id, HttpContext context, RecordingLibrary recordings, RecordedManifests manifests) =>
        await TimelineAsync(recordings, id) is { } timeline
            ? new ManifestResult(manifests.Mpd(timeline), MediaTypes.Mpd, MediaTypes.UntilDeleted)
            : NotThere(context, recordings, id);

    private static async Task<IResult> PlaylistAsync(
        string id, string rendition, HttpContext context, RecordingLibrary recordings, RecordedManifests manifests) =>
        await TimelineAsync(recordings, id) is { } timeline && timeline.Find(rendition) is { } found
            ? new ManifestResult(manifests.Media(timeline, found), MediaTypes.HlsPlaylist, MediaTypes.UntilDeleted)
            : NotThere(context, recordings, id);

    /// <summary>The timeline of a recording that can be played.</summary>
    private static async ValueTask<BroadcastSnapshot?> TimelineAsync(RecordingLibrary recordings, string id) =>
        recordings.Find(id) is { IsMissing: false } ? await recordings.TimelineAsync(id) : null;

    private static async Task<IResult> FileAsync(
        string id, string rendition, string name, HttpContext context, RecordingLibrary recordings, PublicMedia elsewhere)
    {
        if ((await TimelineAsync(recordings, id))?.Find(rendition) is not { } found)
        {
            return NotThere(context, recordings, id);
        }

        var type = found.Kind == TrackKind.Audio ? MediaTypes.AudioMp4 : MediaTypes.VideoMp4;
        var header = HeaderOf(found, name);
        var isSegment = MediaNames.TryParseSegment(name, out var sequence);
        if (header is null && !isSegment)
        {
            return Missing(context, "There is no such file.");
        }

        if (isSegment && found.Find(sequence) is { } segment)
        {
            if (segment.IsGap)
            {
                return new MediaResult(EmptySegment.Create(sequence, segment.DecodeTime), type, MediaTypes.Immutable);
            }

            if (elsewhere.RedirectTo(id, rendition, name) is { } redirect)
            {
                return redirect;
            }
        }

        if (await StoredMediaResult.OpenAsync(
            token => recordings.OpenAsync(id, rendition, name, token), type, MediaTypes.Immutable, context) is { } stored)
        {
            return stored;
        }

        // A header that did not get into a full storage follows from the journal.
        return header is null
            ? Missing(context, "There is no such file.")
            : new MediaResult(CmafHeader.Create(header), type, MediaTypes.Immutable);
    }

    /// <summary>The configuration whose CMAF header has that name.</summary>
    private static TrackConfiguration? HeaderOf(RenditionSnapshot rendition, string name)
    {
        for (var index = 0; index < rendition.Initializations.Length; index++)
        {
            if (name == MediaNames.Initialization(index))
            {
                return rendition.Initializations[index];
            }
        }

        return null;
    }

    private static ProblemHttpResult NotThere(HttpContext context, RecordingLibrary recordings, string id)
    {
        if (recordings.Find(id) is not { IsMissing: true } recording)
        {
            return Missing(context, "There is no such recording.");
        }

        context.Response.Headers.CacheControl = MediaTypes.Never;
        if (recordings.IsElsewhere(recording))
        {
            return TypedResults.Problem(
                title: "The media of this recording is on another node's storage.",
                detail: "It can be played through the node that made it. Nodes that keep their media in one bucket play all recordings.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        return TypedResults.Problem(
            title: "The media of this recording is missing from the storage.",
            detail: "It can be played again when the storage has it again; whoever runs the server finds more in its log.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static ProblemHttpResult Missing(HttpContext context, string title)
    {
        context.Response.Headers.CacheControl = MediaTypes.Never;
        return TypedResults.Problem(title: title, statusCode: StatusCodes.Status404NotFound);
    }
}
