using System.Net;
using System.Net.Http.Json;
using Streaming.Cluster.Tests.Databases;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Live;

/// <summary>
/// A node whose channels are in a PostgreSQL database: broadcasts go on while the server is away, and all the rest when it is back.
/// </summary>
public sealed class DatabaseOutageTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("streaming-outage-").FullName;
    private TestPostgres _server = null!;
    private string[] _settings = [];

    public async ValueTask InitializeAsync()
    {
        _server = await TestPostgres.StartAsync();
        _settings = ["Ladder:Enabled=false", $"Cluster:Database={await _server.CreateDatabaseAsync()}"];
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Database_GoesInABroadcastAndComesBack_ViewersNoticeNothingAndChangesWait()
    {
        await using var node = await Node.StartOnAsync(_data, _settings);
        var (channel, other) = (await node.CreateChannelAsync(), await node.CreateChannelAsync());
        Assert.Equal("Healthy", await node.Viewer.GetStringAsync("/health/ready"));
        Assert.False(File.Exists(Path.Combine(_data, "events.db")));
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var broadcast = (await channel.LiveAsync("source", "audio")).BroadcastId!;

        await _server.CrashAsync();

        // What changes something is refused, and says why.
        using (var refused = await node.Admin.PutAsync("/api/channels/new", null))
        {
            var problem = await Problem.AssertAsync(HttpStatusCode.ServiceUnavailable, refused);
            Assert.Contains("The database gives no answer: ", problem.Detail, StringComparison.Ordinal);
        }

        using (var refused = await node.Admin.DeleteAsync($"/api/channels/{other.Slug}"))
        {
            await Problem.AssertAsync(HttpStatusCode.ServiceUnavailable, refused);
        }

        await using (var another = await other.ConnectByHandAsync())
        {
            await another.PublishAsync(other.StreamKey);
            var status = await another.ReadStatusAsync("NetStream.Publish.");
            Assert.Contains("The server's database gives no answer. Please try again in a moment.", status.Text, StringComparison.Ordinal);
        }

        await AssertNotReadyAsync(node);

        // The broadcast goes on, also with another connection of its encoder.
        var before = (await channel.PlaylistAsync(broadcast, "source")).MediaSequence;
        await channel.PlaylistAsync(broadcast, "source", "it goes on", playlist => playlist.MediaSequence > before + 3);
        await publisher.KillAsync();
        await using var again = channel.Publish(await Sources.AudioAndVideo);
        await channel.EventuallyAsync("the encoder is back", shown => shown.Ingest?.State == "live" && shown.Live);
        Assert.Equal(broadcast, (await channel.ShowAsync()).BroadcastId);

        // It ends, and is kept: its recording is noted when the server is back.
        await again.StopAsync();
        await channel.EventuallyAsync("it has ended", shown => !shown.Live);

        await _server.GoOnAsync();
        await AssertRecordedAsync(node, channel, 1);
        await Eventually.HoldsAsync("the node is ready", async () =>
        {
            using var ready = await node.Viewer.GetAsync("/health/ready");
            return ready.IsSuccessStatusCode;
        });
        await Eventually.HoldsAsync("a channel is made", async () =>
        {
            using var made = await node.Admin.PutAsync("/api/channels/new", null);
            return made.StatusCode is HttpStatusCode.Created;
        });
        await PublishAsync(other);
        await PublishAsync(channel);
        await AssertRecordedAsync(node, channel, 2);
    }

    [Fact]
    public async Task Node_StartedAnew_HasAllChannelsAndTheirRecordings()
    {
        string slug;
        string key;
        await using (var node = await Node.StartOnAsync(_data, _settings))
        {
            var channel = await node.CreateChannelAsync();
            (slug, key) = (channel.Slug, channel.StreamKey);
            await PublishAsync(channel);
        }

        await using var again = await Node.StartOnAsync(_data, _settings);
        var same = new TestChannel(again, slug, key);
        Assert.Equal(slug, (await same.ShowAsync()).Slug);
        await PublishAsync(same);
        await AssertRecordedAsync(again, same, 2);
    }

    [Fact]
    public async Task Log_OfAnOutage_HoldsSentencesAndNoPassword()
    {
        await using var node = NodeProcess.Start(null, ("Cluster:Database", _settings[1].Split('=', 2)[1]));
        var (_, token) = await node.CreateChannelAsync("mine");
        await _server.CrashAsync();
        using var operators = new HttpClient { BaseAddress = await node.AddressAsync() };
        operators.DefaultRequestHeaders.Authorization = new("Bearer", token);
        for (var change = 0; change < 12; change++) // More than the journal lets fail before it answers by itself.
        {
            using var refused = await operators.PostAsync("/api/channels/mine/stream-key", null);
            await Problem.AssertAsync(HttpStatusCode.ServiceUnavailable, refused);
        }

        Assert.Equal(0, await node.StopAsync());
        Assert.Contains(node.Output, line => line.Contains(
            "POST was refused by the storage: The database gives no answer: ", StringComparison.Ordinal));
        Assert.All(node.Output, line => Assert.DoesNotContain("p4ss", line, StringComparison.Ordinal));
        Assert.All(node.Output, line => Assert.DoesNotContain("   at ", line, StringComparison.Ordinal));
    }

    /// <summary>Publishes as soon as the channel lets it, and ends.</summary>
    private static async Task PublishAsync(TestChannel channel)
    {
        for (var tries = 0; ; tries++)
        {
            await using var publisher = channel.Publish(await Sources.AudioAndVideo);
            var isLive = channel.EventuallyAsync("it is live", shown => shown.Live);
            if (await Task.WhenAny(isLive, publisher.ExitAsync()) == isLive)
            {
                await isLive;
                await publisher.StopAsync();
                await channel.EventuallyAsync("it has ended", shown => !shown.Live);
                return;
            }

            Assert.True(tries < 10, $"{channel.Slug} lets nobody in.");
        }
    }

    private static async Task AssertNotReadyAsync(Node node) => await Eventually.HoldsAsync("/health/ready says why", async () =>
    {
        using var ready = await node.Viewer.GetAsync("/health/ready");
        var lines = (await ready.Content.ReadAsStringAsync()).Split('\n');
        return ready.StatusCode == HttpStatusCode.ServiceUnavailable
            && lines is ["Unhealthy", var line]
            && line.StartsWith("postgresql: The PostgreSQL database 'test1' at /", StringComparison.Ordinal);
    });

    private static async Task AssertRecordedAsync(Node node, TestChannel channel, int count) => await Eventually.GetAsync(
        $"{count} recordings are listed",
        () => node.Viewer.GetFromJsonAsync<List<RecordingResource>>($"/api/channels/{channel.Slug}/recordings"),
        recordings => recordings?.Count == count);
}
