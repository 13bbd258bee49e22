using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Recordings;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Live;

/// <summary>
/// A node is killed in the middle of a broadcast, again and again, at moments that nobody chose. How often, the variable
/// <c>STREAMING_KILLS</c> says.
/// <para>
/// What a broadcast keeps: its complete segments that were in storage at the kill, but for the newest ones that not all renditions
/// have, or that the journal had no time for. What it loses: segments that were announced a moment ago and still on their way into
/// storage, and the segment that was growing.
/// </para>
/// </summary>
[Trait("Category", "Slow")]
public sealed class RepeatedKillTests(ITestOutputHelper output) : IDisposable
{
    private const string Slug = "mine";
    private const int PicturesPerSecond = 25;

    // A rendition's newest segments that its recording leaves out: two that others do not have, one that the journal had no time for.
    private const int LeftOutMax = 3;

    // Segments that are announced and not in storage, on a machine that has time: one is being written, one waits for it.
    private const double LostMax = 2;

    private static readonly string[] Renditions = ["source", "240p", "audio"];
    private static readonly string[] Rung = ["Ladder:Rungs:0:Name=240p", "Ladder:Rungs:0:Height=240", "Ladder:Rungs:0:BitRate=300000"];

    private readonly string _folder = Directory.CreateTempSubdirectory("streaming-kills-").FullName;
    private readonly List<Killed> _killed = [];

    private string Data => Path.Combine(_folder, "data");

    private string Temporary => Path.Combine(_folder, "tmp");

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("STREAMING_KILLS") ?? "2", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Server_KilledWhileLive_KeepsItsChannelItsKeyItsEpochsAndWhatWasStored()
    {
        Directory.CreateDirectory(Temporary);
        string? key = null;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var server = await StartAsync();
            var channel = await server.PutAsync(Slug);
            Assert.Equal(key is null, channel.StreamKey is not null); // It is there but for the first time.
            key ??= channel.StreamKey!;
            await AssertRecordingsAsync(server);
            _killed.Add(await BroadcastAndKillAsync(server, key));
            await Eventually.HoldsAsync("its transcoders are gone", () => Task.FromResult(LeftBehind().Count == 0));
        }

        await using (var last = await StartAsync())
        {
            Assert.Null((await last.PutAsync(Slug)).StreamKey);
            await AssertRecordingsAsync(last);
            foreach (var killed in _killed)
            {
                await AssertPlaysAsync(last, killed);
            }

            await Eventually.HoldsAsync("the channel is told of all ends", () => Task.FromResult(Ends().Count == _killed.Count));
            Assert.Empty(Directory.GetDirectories(Temporary, "transcode-*"));
        }

        await AssertEpochs();
        Assert.Empty(LeftBehind());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<ServerProcess> StartAsync()
    {
        var watch = Stopwatch.StartNew();
        var server = await ServerProcess.StartAsync(Data, Temporary, Rung);
        output.WriteLine($"healthy {watch.Elapsed.TotalSeconds:0.00} s after the start");
        return server;
    }

    /// <summary>Has it live for some segments, and kills it at any moment.</summary>
    private async Task<Killed> BroadcastAndKillAsync(ServerProcess server, string key)
    {
        var watch = Stopwatch.StartNew();
        await using var publisher = server.Publish(key, await Sources.AudioAndVideo);
        var live = await Eventually.GetAsync(
            "it is live", () => server.ShowAsync(Slug), static shown => shown.Live && shown.Renditions.Count == Renditions.Length);
        output.WriteLine($"live with all renditions {watch.Elapsed.TotalSeconds:0.00} s after the publisher's start");
        var id = live.BroadcastId!;
        var enough = Random.Shared.Next(2, 6);
        await Eventually.HoldsAsync(
            $"the rung has {enough} segments", async () => (await AnnouncedAsync(server, id, "240p")).Count >= enough);

        // Nothing is waited for: it is the moment that is any.
        await Task.Delay(Random.Shared.Next(1000));
        var announced = new Dictionary<string, IReadOnlyList<long>>();
        foreach (var rendition in Renditions)
        {
            announced[rendition] = await AnnouncedAsync(server, id, rendition);
        }

        await server.KillAsync();
        return new(id, announced, Renditions.ToDictionary(static rendition => rendition, rendition => StoredIn(id, rendition)));
    }

    /// <summary>All broadcasts that were cut off are recordings, and have all that they can have.</summary>
    private async Task AssertRecordingsAsync(ServerProcess server)
    {
        var recordings = await server.Http.GetFromJsonAsync<List<RecordingResource>>($"/api/channels/{Slug}/recordings");
        Assert.Equal(_killed.Select(static killed => killed.Id).Order(), recordings!.Select(static recording => recording.Id).Order());
        Assert.All(recordings!, static recording => Assert.Equal("available", recording.State));
        foreach (var killed in _killed)
        {
            foreach (var rendition in Renditions)
            {
                var (announced, stored) = (killed.Announced[rendition], killed.Stored[rendition]);
                var kept = Numbers(await PlaylistAsync(server, $"/vod/{killed.Id}/{rendition}/index.m3u8"));
                Assert.Subset(stored.ToHashSet(), kept.ToHashSet());
                Assert.Equal(Enumerable.Range((int)kept[0], kept.Count).Select(static number => (long)number), kept);
                var leftOut = stored.Except(kept).ToList();
                Assert.All(leftOut, number => Assert.True(number > kept[^1], $"{killed.Id}/{rendition} lacks {number} of {kept[^1]}."));
                Assert.InRange(leftOut.Count, 0, LeftOutMax);
                var lost = announced.Except(stored).ToList();
                Assert.All(lost, number => Assert.True(number > stored[^1], $"{killed.Id}/{rendition} was without {number}."));
                Assert.InRange(lost.Count, 0, LostMax * Eventually.Slowness);
                if (killed == _killed[^1])
                {
                    output.WriteLine($"{killed.Id}/{rendition}: {announced[^1] + 1} announced, {lost.Count} of them lost, "
                        + $"{stored.Count} stored, {leftOut.Count} of them left out, {kept.Count} kept");
                }
            }
        }
    }

    /// <summary>It plays from its beginning to its end.</summary>
    private static async Task AssertPlaysAsync(ServerProcess server, Killed killed)
    {
        var recordings = await server.Http.GetFromJsonAsync<List<RecordingResource>>($"/api/channels/{Slug}/recordings");
        var recording = recordings!.Single(recording => recording.Id == killed.Id);
        var manifest = new Uri(server.Http.BaseAddress!, recording.Dash).AbsoluteUri;
        var decoded = await TestMedia.RunAsync(
            "ffmpeg", ["-nostdin", "-loglevel", "error", "-xerror", "-i", manifest, "-map", "0", "-f", "framemd5", "-"]);
        var frames = decoded.Split('\n').Where(static line => line.Length > 0 && line[0] != '#')
            .CountBy(static line => line.Split(',')[0]).ToList();
        Assert.Equal(Renditions.Length, frames.Count);
        Assert.Equal(2, frames.Count(stream => stream.Value == (int)Math.Round(recording.DurationSeconds * PicturesPerSecond)));
    }

    /// <summary>
    /// Each broadcast has a higher epoch than the one before, which the channel granted, and its end was stored under it before the
    /// next.
    /// </summary>
    private async Task AssertEpochs()
    {
        using var journal = new RecordingJournal(Path.Combine(Data, "recordings.db"));
        var epochs = new List<long>();
        foreach (var killed in _killed)
        {
            epochs.Add(await journal.ReadEpochAsync(killed.Id));
        }

        Assert.Equal(epochs.Order().Distinct(), epochs);
        Assert.True(epochs[0] > 0);
        Assert.Equal(
            _killed.Zip(epochs).SelectMany(static killed => new[]
            {
                $"{killed.Second} {nameof(ClaimGranted)}",
                $"{killed.Second + 1} {new BroadcastEnded(Slug, killed.Second, killed.First.Id)}",
                $"{killed.Second + 2} {new ClaimReleased(Slug, killed.Second)}",
            }),
            Events().Where(static stored => stored.Event is not ChannelCreated).Select(
                static stored => $"{stored.SequenceNr} {(stored.Event is ClaimGranted ? nameof(ClaimGranted) : stored.Event)}"));
        output.WriteLine($"epochs: {string.Join(", ", epochs)}");
    }

    private List<IChannelEvent> Ends() =>
        [.. Events().Select(static stored => stored.Event).Where(static happened => happened is ClaimReleased)];

    private IReadOnlyList<(long SequenceNr, IChannelEvent Event)> Events()
    {
        using var journal = new EventJournal(Path.Combine(Data, "events.db"));
        return new ChannelJournal(journal).After(0);
    }

    private static async Task<IReadOnlyList<long>> AnnouncedAsync(ServerProcess server, string id, string rendition) =>
        Numbers(await PlaylistAsync(server, $"/live/{Slug}/{id}/{rendition}/index.m3u8"));

    private static async Task<PlaylistListing> PlaylistAsync(ServerProcess server, string path) =>
        PlaylistListing.Parse(await server.Http.GetStringAsync(path));

    private static List<long> Numbers(PlaylistListing playlist) =>
        [.. playlist.Segments.Where(static segment => !segment.IsGap).Select(static segment => segment.MediaSequence)];

    /// <summary>Numbers of a rendition's segments in storage.</summary>
    private List<long> StoredIn(string id, string rendition) =>
    [
        .. Directory.GetFiles(Path.Combine(Data, "media", "live", id, rendition), "*.m4s")
            .Select(static path => long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture)).Order(),
    ];

    /// <summary>Processes that work for a server of this test.</summary>
    private List<string> LeftBehind() => [.. Directory.GetDirectories("/proc").Where(IsTranscoder)];

    private bool IsTranscoder(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(Temporary + "/transcode-", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It is no process, or has ended meanwhile.
        }
    }

    /// <summary>A broadcast that was cut off: what its playlists had a moment before, and what was in storage after it.</summary>
    private sealed record Killed(
        string Id, IReadOnlyDictionary<string, IReadOnlyList<long>> Announced, IReadOnlyDictionary<string, List<long>> Stored);
}
