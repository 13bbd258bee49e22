using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Tests.Databases;

namespace Streaming.Cluster.Tests.Channels;

public sealed class ChannelDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private ChannelDirectory _directory;

    public ChannelDirectoryTests() => _directory = Open();

    public void Dispose()
    {
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Put_New_GivesTheKeyOnce()
    {
        var (channel, key) = _directory.Put("news", "The News");
        var (same, again) = _directory.Put("news", null);

        Assert.Equal(new Channel("news", "The News", _time.GetUtcNow()), channel);
        Assert.Matches("^[A-Za-z0-9_-]{32}$", key);
        Assert.Equal(channel, same);
        Assert.Null(again);
        Assert.Equal(channel, _directory.FindByStreamKey(key!));
    }

    [Fact]
    public void Put_WithoutATitle_TakesTheSlug() => Assert.Equal("news", _directory.Put("news", null).Channel.Title);

    [Fact]
    public void Put_Again_RenamesAndKeepsTheKey()
    {
        var key = _directory.Put("news", "Old").StreamKey!;
        _directory.Put("news", "New");

        Assert.Equal("New", _directory.Find("news")!.Title);
        Assert.Equal("New", _directory.FindByStreamKey(key)!.Title);
    }

    [Fact]
    public void Reopened_KnowsEverything()
    {
        var key = _directory.Put("news", "Älter 'n' \"quoted\"; DROP TABLE channels")!.StreamKey!;
        _directory.Put("art", null);
        _directory.Put("gone", null);
        _directory.Delete("gone");
        var all = _directory.All;
        _time.Advance(TimeSpan.FromDays(1));

        Reopen();

        Assert.Equal(all, _directory.All);
        Assert.Equal(["art", "news"], _directory.All.Select(channel => channel.Slug));
        Assert.Equal("news", _directory.FindByStreamKey(key)!.Slug);
    }

    [Fact]
    public void Rotate_OldKeyIsWorthNothing_AlsoAfterReopening()
    {
        var old = _directory.Put("news", null).StreamKey!;
        var key = _directory.RotateStreamKey("news")!;

        for (var round = 0; round < 2; round++)
        {
            Assert.NotEqual(old, key);
            Assert.Null(_directory.FindByStreamKey(old));
            Assert.Equal("news", _directory.FindByStreamKey(key)!.Slug);
            Reopen();
        }
    }

    [Fact]
    public void Delete_ForgetsChannelAndKey()
    {
        var key = _directory.Put("news", null).StreamKey!;

        Assert.True(_directory.Delete("news"));
        Assert.False(_directory.Delete("news"));

        Assert.Null(_directory.Find("news"));
        Assert.Null(_directory.FindByStreamKey(key));
        Assert.Null(_directory.RotateStreamKey("news"));
        Assert.NotNull(_directory.Put("news", null).StreamKey);
    }

    [Fact]
    public void Delete_DatabaseRefuses_ChangesNothing()
    {
        var key = _directory.Put("news", null).StreamKey!;
        using (Refusing.Changes(_folder["channels.db"], "DELETE", "channels"))
        {
            Assert.Throws<SqliteException>(() => _directory.Delete("news"));
        }

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal("news", _directory.FindByStreamKey(key)?.Slug);
            Assert.Empty(_directory.Leaving);
            Reopen();
        }

        Assert.True(_directory.Delete("news"));
    }

    [Fact]
    public void Change_DatabaseRefuses_ChangesNothing()
    {
        var key = _directory.Put("news", "The News").StreamKey!;
        using (Refusing.Changes(_folder["channels.db"], "UPDATE", "channels"))
        {
            Assert.Throws<SqliteException>(() => _directory.RotateStreamKey("news"));
            Assert.Throws<SqliteException>(() => _directory.Put("news", "Other"));
        }

        using (Refusing.Changes(_folder["channels.db"], "INSERT", "channels"))
        {
            Assert.Throws<SqliteException>(() => _directory.Put("art", null));
        }

        var all = Assert.Single(_directory.All);
        Assert.Equal(("news", "The News"), (all.Slug, all.Title));
        Assert.Equal("news", _directory.FindByStreamKey(key)?.Slug);
        Reopen();
        Assert.Equal([all], _directory.All);
    }

    [Fact]
    public void Leaving_Deleted_UntilForgotten_AlsoAfterReopening()
    {
        _directory.Put("news", null);
        _directory.Delete("news");
        Reopen();
        Assert.Equal(["news"], _directory.Leaving);

        _directory.Forget("news");
        Assert.Empty(_directory.Leaving);
        Reopen();
        Assert.Empty(_directory.Leaving);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("news")]
    public void FindByStreamKey_Unknown_IsNull(string key)
    {
        _directory.Put("news", null);

        Assert.Null(_directory.FindByStreamKey(key));
    }

    [Fact]
    public void Disk_HoldsNoKey()
    {
        var keys = new[] { _directory.Put("news", null).StreamKey!, _directory.RotateStreamKey("news")! };
        _directory.Dispose();

        var files = Directory.GetFiles(_folder.Path).Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))).ToArray();

        Assert.Contains(files, file => file.Contains("news", StringComparison.Ordinal));
        Assert.All(files, file => Assert.All(keys, key => Assert.DoesNotContain(key, file, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Put_SameSlugByManyAtOnce_GivesOneKey()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _directory.Put("news", null).StreamKey)));

        Assert.Single(made, key => key is not null);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("my-channel-2", true)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("A", false)]
    [InlineData("a_b", false)]
    [InlineData("a/b", false)]
    [InlineData("", false)]
    [InlineData("a\n", false)]
    public void IsSlug_Name_SaysSo(string slug, bool expected) => Assert.Equal(expected, Channel.IsSlug(slug));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void IsSlug_Length_IsLimited(int length, bool expected) => Assert.Equal(expected, Channel.IsSlug(new string('a', length)));

    [Fact]
    [Trait("Category", "Slow")]
    public void Put_BeyondChannelsMax_IsRefused()
    {
        for (var index = 0; index < ChannelDirectory.ChannelsMax; index++)
        {
            _directory.Put($"channel-{index}", null);
        }

        Assert.Throws<InvalidOperationException>(() => _directory.Put("one-more", null));
        Assert.Null(_directory.Put("channel-0", "still renamed").StreamKey);
    }

    private ChannelDirectory Open() => new(_folder["channels.db"], _time);

    private void Reopen()
    {
        _directory.Dispose();
        _directory = Open();
    }
}
