using LinqToDB.Mapping;

namespace Streaming.Cluster.Recordings.Tables;

/// <summary>A broadcast. Durations and times in ticks of 100 ns, UTC.</summary>
[Table("broadcasts")]
internal sealed record BroadcastRow
{
    [PrimaryKey, Column("id")]
    public required string Id { get; init; }

    [Column("channel")]
    public required string Channel { get; init; }

    [Column("target_duration")]
    public required long TargetDuration { get; init; }

    [Column("part_target")]
    public required long PartTarget { get; init; }

    [Column("ended_at")]
    public long? EndedAt { get; init; }

    /// <summary>Of the list of recordings, when this one changed in it last.</summary>
    [Column("revision")]
    public long Revision { get; init; }
}

/// <summary>The epoch that a broadcast is written under.</summary>
[Table("epochs")]
internal sealed record EpochRow
{
    [PrimaryKey, Column("broadcast")]
    public required string Broadcast { get; init; }

    [Column("epoch")]
    public required long Epoch { get; init; }
}

/// <summary>The highest epoch of a channel.</summary>
[Table("newest_epochs")]
internal sealed record NewestEpochRow
{
    [PrimaryKey, Column("channel")]
    public required string Channel { get; init; }

    [Column("epoch")]
    public required long Epoch { get; init; }
}

[Table("periods")]
internal sealed record PeriodRow
{
    [PrimaryKey(0), Column("broadcast")]
    public required string Broadcast { get; init; }

    [PrimaryKey(1), Column("number")]
    public required int Number { get; init; }

    [Column("decode_time")]
    public required long DecodeTime { get; init; }

    [Column("date_time")]
    public required long DateTime { get; init; }
}

[Table("boundaries")]
internal sealed record BoundaryRow
{
    [PrimaryKey(0), Column("broadcast")]
    public required string Broadcast { get; init; }

    [PrimaryKey(1), Column("sequence")]
    public required long Sequence { get; init; }

    [Column("decode_time")]
    public required long DecodeTime { get; init; }

    [Column("presentation_time")]
    public required long PresentationTime { get; init; }

    [Column("date_time")]
    public required long DateTime { get; init; }

    [Column("discontinuities")]
    public required int Discontinuities { get; init; }

    [Column("period")]
    public required int Period { get; init; }

    [Column("source_independent")]
    public required bool SourceIndependent { get; init; }
}

/// <summary>What a decoder of a rendition is set up with. A width is of video, channels are of audio.</summary>
[Table("initializations")]
internal sealed record InitializationRow
{
    [PrimaryKey(0), Column("broadcast")]
    public required string Broadcast { get; init; }

    [PrimaryKey(1), Column("rendition")]
    public required string Rendition { get; init; }

    [PrimaryKey(2), Column("number")]
    public required int Number { get; init; }

    [Column("codec")]
    public required string Codec { get; init; }

    [Column("timescale")]
    public required long Timescale { get; init; }

    [Column("decoder_configuration")]
    public required byte[] DecoderConfiguration { get; init; }

    [Column("width")]
    public int? Width { get; init; }

    [Column("height")]
    public int? Height { get; init; }

    [Column("sample_width")]
    public int? SampleWidth { get; init; }

    [Column("sample_height")]
    public int? SampleHeight { get; init; }

    [Column("channels")]
    public int? Channels { get; init; }
}

/// <summary>A segment whose file is in storage.</summary>
[Table("segments")]
internal sealed record SegmentRow
{
    [PrimaryKey(0), Column("broadcast")]
    public required string Broadcast { get; init; }

    [PrimaryKey(1), Column("rendition")]
    public required string Rendition { get; init; }

    [PrimaryKey(2), Column("sequence")]
    public required long Sequence { get; init; }

    [Column("decode_time")]
    public required long DecodeTime { get; init; }

    [Column("duration")]
    public required long Duration { get; init; }

    [Column("initialization")]
    public required int Initialization { get; init; }

    [Column("independent")]
    public required bool Independent { get; init; }

    [Column("length")]
    public required long Length { get; init; }

    [Column("frame_rate")]
    public required double FrameRate { get; init; }
}

/// <summary>A segment that was let go of, and whose file may still be there.</summary>
[Table("let_go")]
internal sealed record LetGoRow
{
    [PrimaryKey(0), Column("broadcast")]
    public required string Broadcast { get; init; }

    [PrimaryKey(1), Column("rendition")]
    public required string Rendition { get; init; }

    [PrimaryKey(2), Column("sequence")]
    public required long Sequence { get; init; }
}

/// <summary>A recording whose manifests are in storage.</summary>
[Table("manifests")]
internal sealed record ManifestsRow
{
    [PrimaryKey, Column("broadcast")]
    public required string Broadcast { get; init; }
}

/// <summary>How many segments of a broadcast could not be stored.</summary>
[Table("missing")]
internal sealed record MissingRow
{
    [PrimaryKey, Column("broadcast")]
    public required string Broadcast { get; init; }

    [Column("segments")]
    public required int Segments { get; init; }
}

/// <summary>A broadcast that is to go.</summary>
[Table("leaving")]
internal sealed record LeavingRow
{
    [PrimaryKey, Column("broadcast")]
    public required string Broadcast { get; init; }
}

/// <summary>A folder of a storage that no broadcast is known of.</summary>
[Table("orphans")]
internal sealed record OrphanRow
{
    [Column("storage")]
    public required string Storage { get; init; }

    [Column("folder")]
    public required string Folder { get; init; }

    [Column("seen_at")]
    public required long SeenAt { get; init; }

    [Column("seen_for")]
    public required long SeenFor { get; init; }
}

/// <summary>A storage that has media of a broadcast; two where it was continued by a node with another one.</summary>
[Table("storages")]
internal sealed record StorageRow
{
    [PrimaryKey(0), Column("broadcast")]
    public required string Broadcast { get; init; }

    [PrimaryKey(1), Column("storage")]
    public required string Storage { get; init; }
}

/// <summary>One row: how often the list of recordings has changed.</summary>
[Table("revisions")]
internal sealed record RevisionRow
{
    [PrimaryKey, Column("id")]
    public required int Id { get; init; }

    [Column("value")]
    public required long Value { get; init; }
}
