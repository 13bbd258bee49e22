using Streaming.Cluster.Channels;
using Streaming.Cluster.Naming;

namespace Streaming.Cluster.Tests;

/// <summary>Channels as a directory knows them when their entities have made them, for tests that have no entities.</summary>
internal static class MadeChannels
{
    private static long _sequenceNr;

    extension(ChannelDirectory directory)
    {
        public (Channel Channel, string StreamKey) Put(string slug, string? title)
        {
            var key = Ids.NewSecret();
            directory.Apply(Next(), new ChannelCreated(slug, title ?? slug, ChannelDirectory.Hash(key), DateTimeOffset.UnixEpoch));
            return (directory.Find(slug)!, key);
        }

        public string RotateStreamKey(string slug)
        {
            var key = Ids.NewSecret();
            directory.Apply(Next(), new StreamKeyChanged(slug, ChannelDirectory.Hash(key)));
            return key;
        }

        public void Delete(string slug) => directory.Apply(Next(), new ChannelDeleted(slug));
    }

    private static long Next() => Interlocked.Increment(ref _sequenceNr);
}
