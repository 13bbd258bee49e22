using System.Text.Json;
using System.Text.Json.Serialization;
using Streaming.Cluster.Broadcasts;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Edge;

/// <summary>All that a broadcast's readers see, in words: what is the same is the same text.</summary>
internal static class Described
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new AnyTrack() } };

    public static string Timeline(BroadcastSnapshot? snapshot) => JsonSerializer.Serialize(snapshot, Options);

    /// <summary>The files in memory of what its snapshot tells of, with their bytes.</summary>
    public static string Memory(ILiveBroadcast broadcast) => JsonSerializer.Serialize(
        from rendition in broadcast.Snapshot!.Renditions
        from name in Names(rendition)
        where broadcast.Media.TryGet(rendition.Name, name, out var file) && !file!.IsLetGo
        select $"{rendition.Name}/{name}: {Bytes(broadcast, rendition.Name, name)}");

    private static IEnumerable<string> Names(RenditionSnapshot rendition) =>
    [
        .. rendition.Initializations.Select((_, index) => MediaNames.Initialization(index)),
        .. rendition.Segments.Select(static segment => MediaNames.Segment(segment.Boundary.MediaSequence)),
        .. rendition.Segments.Append(rendition.Open).OfType<Segment>().SelectMany(
            static segment => Enumerable.Range(0, 20).Select(index => MediaNames.Part(segment.Boundary.MediaSequence, index))),
    ];

    private static string Bytes(ILiveBroadcast broadcast, string rendition, string name)
    {
        Assert.True(broadcast.Media.TryHold(rendition, name, out var hold));
        var bytes = Convert.ToHexString([.. hold.Pieces.SelectMany(static piece => piece.ToArray())]);
        hold.Release();
        return bytes;
    }

    private sealed class AnyTrack : JsonConverter<TrackConfiguration>
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert == typeof(TrackConfiguration);

        public override TrackConfiguration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, TrackConfiguration value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value, value.GetType(), options);
    }
}
