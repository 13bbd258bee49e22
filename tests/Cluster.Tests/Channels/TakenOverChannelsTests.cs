using Microsoft.Extensions.Logging;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tests.Databases;
using Streaming.Cluster.Tests.Membership;

namespace Streaming.Cluster.Tests.Channels;

/// <summary>A node that is told of a server for the first time takes its channels along, once, if there are none yet.</summary>
[Trait("Category", "Slow")]
public sealed class TakenOverChannelsTests(SharedPostgres postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly KeptLog _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Server_WithoutChannels_GetsThoseOfTheFolderOnce()
    {
        string key;
        await using (var alone = await ClusterMember.StartAsync(_folder))
        {
            await alone.Registry.PutAsync("news", "Old");
            await alone.Registry.PutAsync("news", "The News");
            key = (await alone.Registry.ChangeStreamKeyAsync("news"))!;
            await alone.Registry.PutAsync("gone", null);
            await alone.Registry.DeleteAsync("gone");
            await alone.Registry.PutAsync("cleared", null);
            await alone.Registry.DeleteAsync("cleared");
            await alone.Registry.ClearAsync("cleared");
        }

        var address = await postgres.CreateDatabaseAsync();
        await using (var member = await ClusterMember.StartAsync(_folder, database: address))
        {
            var channel = Assert.Single(member.Directory.All);
            Assert.Equal(("news", "The News"), (channel.Slug, channel.Title));
            Assert.Equal(channel, member.Directory.FindByStreamKey(key));
            Assert.Equal(["gone"], member.Directory.Leaving);
            Assert.Equal(2, await member.Registry.ClaimAsync("news", key));
            await member.Registry.DeleteAsync("news");
            await member.Registry.ClearAsync("news");
        }

        // Deleted there, it is gone; and without the server, all is as it was.
        using (var journal = EventJournal.OnServer(address))
        using (var directory = ChannelDirectory.Open(_folder.Path, new ChannelJournal(journal), [], _log))
        {
            Assert.Empty(directory.All);
            Assert.Empty(_log.Lines);
        }

        await using var again = await ClusterMember.StartAsync(_folder);
        Assert.Equal("news", again.Directory.FindByStreamKey(key)?.Slug);
    }

    [Fact]
    public async Task Server_WithChannels_LeavesThoseOfTheFolderAndSaysSo()
    {
        var address = await postgres.CreateDatabaseAsync();
        using (var journal = EventJournal.OnServer(address))
        {
            new ChannelJournal(journal).TryBegin([Created("theirs"), Created("both")]);
        }

        using (var own = new EventJournal(_folder[EventJournal.FileName]))
        {
            new ChannelJournal(own).TryBegin([Created("mine"), Created("both")]);
        }

        using var shared = EventJournal.OnServer(address);
        using var directory = ChannelDirectory.Open(_folder.Path, new ChannelJournal(shared), [], _log);

        Assert.Equal(["both", "theirs"], directory.All.Select(channel => channel.Slug));
        var line = Assert.Single(_log.Lines);
        Assert.StartsWith($"1 channels of {_folder.Path} are not in the PostgreSQL database 'test", line, StringComparison.Ordinal);
        Assert.Contains("taken over: mine. ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_ThatBeginAtOnce_OneTakesItsChannelsAlong()
    {
        var address = await postgres.CreateDatabaseAsync();
        var folders = Enumerable.Range(0, 4).Select(_ => new TemporaryFolder()).ToList();
        foreach (var (folder, number) in folders.Select((folder, number) => (folder, number)))
        {
            using var own = new EventJournal(folder[EventJournal.FileName]);
            new ChannelJournal(own).TryBegin([Created($"a-{number}"), Created($"b-{number}")]);
        }

        var found = await Task.WhenAll(folders.Select(folder => Task.Run(() =>
        {
            using var journal = EventJournal.OnServer(address);
            using var directory = ChannelDirectory.Open(folder.Path, new ChannelJournal(journal), [], _log);
            return string.Join(' ', directory.All.Select(channel => channel.Slug));
        })));

        Assert.Matches("^a-(.) b-\\1$", Assert.Single(found.Distinct()));
        Assert.Single(_log.Lines, line => line.StartsWith("2 channels of ", StringComparison.Ordinal) && line.Contains("were taken over"));
        folders.ForEach(folder => folder.Dispose());
    }

    [Fact]
    public async Task Folder_Damaged_KeepsTheNodeFromAServerThatIsEmpty_AndFromNoOther()
    {
        var address = await postgres.CreateDatabaseAsync();
        await File.WriteAllTextAsync(_folder[EventJournal.FileName], new string('x', 10_000));
        using var journal = EventJournal.OnServer(address);
        var channels = new ChannelJournal(journal);
        var refusal = Assert.Throws<DatabaseUnusableException>(() => ChannelDirectory.Open(_folder.Path, channels, [], _log));
        Assert.Contains(_folder[EventJournal.FileName], refusal.Message, StringComparison.Ordinal);

        channels.TryBegin([Created("news")]);
        using var directory = ChannelDirectory.Open(_folder.Path, channels, [], _log);

        Assert.Single(directory.All);
        Assert.Contains(_folder[EventJournal.FileName], Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private static ChannelCreated Created(string slug) => new(slug, slug, "hash of " + slug, DateTimeOffset.UnixEpoch);

    private sealed class KeptLog : ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

        public IReadOnlyList<string> Lines => [.. _lines];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception));
    }
}
