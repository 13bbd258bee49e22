using System.Net;
using System.Net.Http.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Recordings;

/// <summary>A data folder with a recording, and what a start makes of it when something of it is not there.</summary>
public sealed class LostMediaTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("streaming-lost-").FullName;
    private TestChannel _channel = null!;
    private RecordingResource _recording = null!;

    private string Media => Path.Combine(_data, "media");

    private string Folder => Path.Combine(Media, "live", _recording.Id);

    public async ValueTask InitializeAsync()
    {
        await using var node = await StartAsync();
        _channel = await node.CreateChannelAsync();
        await using (_channel.Publish(await Sources.AudioAndVideo))
        {
            await _channel.LiveAsync("source", "audio");
        }

        await node.StopAsync();
        await using var again = await StartAsync();
        _recording = Assert.Single(await ListAsync(again));
        Assert.Equal("available", _recording.State);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_data, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_WithoutTheVolume_KeepsEverything_AndPlaysWhenItIsBack(bool hasIdentity)
    {
        if (!hasIdentity)
        {
            File.Delete(Path.Combine(Media, ".identity")); // Data of a version before there were any.
            File.Delete(Path.Combine(_data, "identity"));
        }

        Directory.Move(Media, Media + "-away");
        Directory.CreateDirectory(Media);
        await using (var node = await StartAsync())
        {
            var missing = Assert.Single(await ListAsync(node));
            Assert.Equal((_recording.Id, "missing", null), (missing.Id, missing.State, missing.Thumbnail));
            foreach (var path in (string[])[missing.Hls, missing.Dash, $"/vod/{missing.Id}/source/0.m4s"])
            {
                var problem = await Problem.AssertAsync(HttpStatusCode.ServiceUnavailable, await node.Viewer.GetAsync(path));
                Assert.Contains("missing", problem.Title, StringComparison.Ordinal);
            }

            using (var ready = await node.Viewer.GetAsync("/health/ready"))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
                Assert.Contains("The media volume is not there", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            // Who is live is seen, and what cannot be kept is written nowhere.
            var channel = _channel with { Node = node };
            await using (channel.Publish(await Sources.AudioAndVideo))
            {
                await channel.LiveAsync("source", "audio");
            }

            Assert.Empty(Directory.EnumerateFileSystemEntries(Media));
            Directory.Delete(Media);
            Directory.Move(Media + "-away", Media);
            await node.Services.GetRequiredService<RecordingLibrary>().LookAsync(default);
            await AssertPlaysAsync(node);
        }

        await using var restarted = await StartAsync();
        await AssertPlaysAsync(restarted);
    }

    [Fact]
    public async Task Start_JournalLost_KeepsTheMediaAsOrphans_AndTheOperatorDeletesThem()
    {
        foreach (var file in Directory.EnumerateFiles(_data, "recordings.db*"))
        {
            File.Delete(file);
        }

        await using var node = await StartAsync();

        Assert.Empty(await ListAsync(node));
        Assert.True(Directory.Exists(Folder));
        await Problem.AssertAsync(HttpStatusCode.Unauthorized, await node.Viewer.GetAsync("/api/orphans"));
        var orphan = Assert.Single((await node.Admin.GetFromJsonAsync<IReadOnlyList<OrphanResource>>("/api/orphans"))!);
        Assert.Equal(_recording.Id, orphan.Name);
        Assert.True(orphan.SizeBytes >= _recording.SizeBytes);
        Assert.InRange(orphan.KeptForSeconds, 6 * 86_400, 7 * 86_400);
        var address = $"/api/orphans/{orphan.Name}";
        await Problem.AssertAsync(HttpStatusCode.Unauthorized, await node.Viewer.DeleteAsync(address));
        Assert.Equal(HttpStatusCode.NoContent, (await node.Admin.DeleteAsync(address)).StatusCode);
        await Problem.AssertAsync(HttpStatusCode.NotFound, await node.Admin.DeleteAsync(address));
        Assert.False(Directory.Exists(Folder));
    }

    [Theory]
    [InlineData("channels.db")]
    [InlineData("recordings.db")]
    [InlineData("events.db")]
    public async Task Start_DatabaseDamaged_SaysSoAndKeepsTheMedia(string name)
    {
        await File.WriteAllTextAsync(Path.Combine(_data, name), new string('x', 20_000));

        var refusal = await Assert.ThrowsAsync<DatabaseUnusableException>(StartAsync);

        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Folder));
    }

    [Fact]
    public async Task Start_MediaInMemory_KnowsNothingOfTheDisk_AndLeavesIt()
    {
        await using (var node = await Node.StartOnAsync(_data, "Ladder:Enabled=false", "Storage:Kind=memory"))
        {
            Assert.Empty(await ListAsync(node));
            Assert.Equal("Healthy", await node.Viewer.GetStringAsync("/health/ready"));
        }

        await using var onDisk = await StartAsync();
        await AssertPlaysAsync(onDisk);
    }

    [Fact]
    public async Task Change_DatabaseRefuses_IsAProblemAndChangesNothing()
    {
        await using var node = await StartAsync();
        using (var events = new SqliteConnection($"Data Source={Path.Combine(_data, "events.db")};Pooling=False"))
        using (var journal = new SqliteConnection($"Data Source={Path.Combine(_data, "recordings.db")};Pooling=False"))
        {
            Execute(events, "CREATE TRIGGER refusing BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'no'); END");
            Execute(journal, "CREATE TRIGGER refusing BEFORE INSERT ON leaving BEGIN SELECT RAISE(ABORT, 'no'); END");
        }

        var channel = $"/api/channels/{_channel.Slug}";
        foreach (var request in (HttpRequestMessage[])
        [
            new(HttpMethod.Delete, channel), new(HttpMethod.Post, channel + "/stream-key"), new(HttpMethod.Put, "/api/channels/other"),
            new(HttpMethod.Delete, $"{channel}/recordings/{_recording.Id}"),
        ])
        {
            var problem = await Problem.AssertAsync(HttpStatusCode.ServiceUnavailable, await node.Admin.SendAsync(request));
            Assert.Contains("Nothing was changed", problem.Detail, StringComparison.Ordinal);
        }

        await using var publisher = (_channel with { Node = node }).Publish(await Sources.AudioAndVideo);
        await (_channel with { Node = node }).LiveAsync("source", "audio"); // The key is the same.
        await AssertPlaysAsync(node);
        await Problem.AssertAsync(HttpStatusCode.NotFound, await node.Viewer.GetAsync("/api/channels/other"));
    }

    private Task<Node> StartAsync() => Node.StartOnAsync(_data, "Ladder:Enabled=false");

    private async Task<IReadOnlyList<RecordingResource>> ListAsync(Node node) =>
        (await node.Viewer.GetFromJsonAsync<IReadOnlyList<RecordingResource>>($"/api/channels/{_channel.Slug}/recordings"))!;

    private async Task AssertPlaysAsync(Node node)
    {
        var found = Assert.Single(await ListAsync(node), recording => recording.Id == _recording.Id);
        Assert.Equal(_recording, found);
        var playlist = PlaylistListing.Parse(await node.Viewer.GetStringAsync($"/vod/{found.Id}/source/index.m3u8"));
        foreach (var segment in playlist.Segments)
        {
            Assert.NotEmpty(await node.Viewer.GetByteArrayAsync($"/vod/{found.Id}/source/{segment.Uri}"));
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
