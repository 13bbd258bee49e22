using Streaming.Cluster.Serialization;
using static Streaming.Cluster.Serialization.MessageFormat;

namespace Streaming.Cluster.Channels;

/// <summary>How <c>ChannelProtocol.cs</c> is written. Fields in the order of the records.</summary>
public static class ChannelFormats
{
    private static readonly MessageFormat[] Events =
    [
        Of<ChannelCreated>(
            "channel/created",
            static (writer, created) =>
            {
                writer.Write(created.Slug);
                writer.Write(created.Title);
                writer.Write(created.KeyHash);
                writer.Write(created.At);
            },
            static reader => new(reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadMoment())),
        OfTwo<ChannelRenamed>("channel/renamed", static m => (m.Slug, m.Title), static (slug, title) => new(slug, title)),
        OfTwo<StreamKeyChanged>("channel/key-changed", static m => (m.Slug, m.KeyHash), static (slug, hash) => new(slug, hash)),
        OfOne<ChannelDeleted>("channel/deleted", static m => m.Slug, static slug => new(slug)),
        OfOne<ChannelCleared>("channel/cleared", static m => m.Slug, static slug => new(slug)),
        OfTwo<ClaimGranted>("channel/claim-granted", static m => (m.Slug, m.Node), static (slug, node) => new(slug, node)),
        Of<ClaimReleased>(
            "channel/claim-released",
            static (writer, released) =>
            {
                writer.Write(released.Slug);
                writer.Write(released.Epoch);
            },
            static reader => new(reader.ReadString(), reader.ReadInt64())),
        Of<BroadcastEnded>(
            "channel/broadcast-ended",
            static (writer, ended) =>
            {
                writer.Write(ended.Slug);
                writer.Write(ended.Epoch);
                writer.Write(ended.BroadcastId);
            },
            static reader => new(reader.ReadString(), reader.ReadInt64(), reader.ReadString())),
    ];

    private static readonly MessageFormat[] Others =
    [
        Of<PutChannel>(
            "channel/put",
            static (writer, put) =>
            {
                writer.Write(put.Slug);
                writer.WriteOptional(put.Title);
                writer.Write(put.KeyHash);
                writer.Write(put.At);
            },
            static reader => new(reader.ReadString(), reader.ReadOptionalString(), reader.ReadString(), reader.ReadMoment())),
        OfTwo<ChangeStreamKey>("channel/change-key", static m => (m.Slug, m.KeyHash), static (slug, hash) => new(slug, hash)),
        OfOne<DeleteChannel>("channel/delete", static m => m.Slug, static slug => new(slug)),
        OfOne<ClearChannel>("channel/clear", static m => m.Slug, static slug => new(slug)),
        Of<ClaimChannel>(
            "channel/claim",
            static (writer, claim) =>
            {
                writer.Write(claim.Slug);
                writer.Write(claim.KeyHash);
                writer.Write(claim.Node);
            },
            static reader => new(reader.ReadString(), reader.ReadString(), reader.ReadString())),
        Of<EndBroadcast>(
            "channel/end-broadcast",
            static (writer, end) =>
            {
                writer.Write(end.Slug);
                writer.Write(end.Epoch);
                writer.Write(end.BroadcastId);
            },
            static reader => new(reader.ReadString(), reader.ReadInt64(), reader.ReadString())),
        Of<ReleaseChannel>(
            "channel/release",
            static (writer, release) =>
            {
                writer.Write(release.Slug);
                writer.Write(release.Epoch);
            },
            static reader => new(reader.ReadString(), reader.ReadInt64())),
        Of<ChannelAnswer.Done>(
            "channel/done",
            static (writer, done) =>
            {
                writer.Write(done.SequenceNr);
                WriteEvent(writer, done.Event);
            },
            static reader => new(reader.ReadInt64(), ReadEvent(reader))),
        Of<ChannelAnswer.Refused>(
            "channel/refused",
            static (writer, refused) => writer.Write((byte)refused.Reason),
            static reader => new((ChannelRefusal)reader.ReadByte())),
        Of<ChannelAnswer.Failed>(
            "channel/failed",
            static (writer, failed) =>
            {
                writer.Write(failed.Reason);
                writer.Write(failed.IsDiskFull);
            },
            static reader => new(reader.ReadString(), reader.ReadBoolean())),
        OfOne<ChannelAnswer.InDoubt>("channel/in-doubt", static m => m.Reason, static reason => new(reason)),
        Of<ChannelNews>(
            "channel/news",
            static (writer, news) =>
            {
                writer.Write(news.SequenceNr);
                WriteEvent(writer, news.Event);
            },
            static reader => new(reader.ReadInt64(), ReadEvent(reader) ?? throw new FormatException("there is no event in it"))),
    ];

    /// <summary>Manifests of the events that are no change of a channel: who publishes to it, and since when.</summary>
    internal static readonly string[] OfClaims =
    [
        .. from format in Events
           where format.Type == typeof(ClaimGranted) || format.Type == typeof(ClaimReleased) || format.Type == typeof(BroadcastEnded)
           select format.Manifest,
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<MessageFormat> All { get; } = [.. Events, .. Others];

    /// <summary>An event inside another message: its manifest (empty for none), then its fields.</summary>
    private static void WriteEvent(BinaryWriter writer, IChannelEvent? happened)
    {
        var format = happened is null ? null : Array.Find(Events, format => format.Type == happened.GetType());
        writer.Write(format?.Manifest ?? "");
        format?.Write(writer, happened!);
    }

    private static IChannelEvent? ReadEvent(BinaryReader reader)
    {
        var manifest = reader.ReadString();
        return manifest.Length == 0
            ? null
            : (IChannelEvent)(Array.Find(Events, format => format.Manifest == manifest)
                ?? throw new FormatException($"there is no event '{manifest}'")).Read(reader);
    }

    private static MessageFormat OfOne<T>(string manifest, Func<T, string> field, Func<string, T> make)
        where T : notnull =>
        Of<T>(manifest, (writer, message) => writer.Write(field(message)), reader => make(reader.ReadString()));

    private static MessageFormat OfTwo<T>(string manifest, Func<T, (string, string)> fields, Func<string, string, T> make)
        where T : notnull =>
        Of<T>(
            manifest,
            (writer, message) =>
            {
                var (first, second) = fields(message);
                writer.Write(first);
                writer.Write(second);
            },
            reader => make(reader.ReadString(), reader.ReadString()));
}
