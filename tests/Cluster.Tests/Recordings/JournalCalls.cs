using Streaming.Cluster.Recordings;

namespace Streaming.Cluster.Tests.Recordings;

/// <summary>What tests write to a journal, one at a time.</summary>
internal static class JournalCalls
{
    public static Task AddAsync(this RecordingJournal journal, string id, StoredSegment stored, long epoch = 0) =>
        journal.AddAsync(id, [stored], epoch);
}
