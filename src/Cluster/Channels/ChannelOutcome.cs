namespace Streaming.Cluster.Channels;

/// <summary>What came of a command, in a word, for instruments and activities.</summary>
internal static class ChannelOutcome
{
    public const string Stored = "stored";
    public const string Unanswered = "unanswered";

    private const string Failed = "failed";

    public static string Of(ChannelAnswer answer) => answer switch
    {
        ChannelAnswer.Done { Event: not null } => Stored,
        ChannelAnswer.Done => "unchanged",
        ChannelAnswer.Refused => "refused",
        ChannelAnswer.InDoubt => "in_doubt",
        _ => Failed,
    };
}
