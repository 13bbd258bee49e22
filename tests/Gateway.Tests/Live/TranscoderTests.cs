using Microsoft.Extensions.DependencyInjection;
using Streaming.Cluster.Governor;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Transcoding;
using Streaming.Gateway.Api;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Gateway.Tests.Playback;
using Streaming.Pipeline.Tests;

namespace Streaming.Gateway.Tests.Live;

/// <summary>The source never waits for the transcoder, whatever becomes of it.</summary>
public sealed class TranscoderTests
{
    [Fact]
    public async Task Transcoder_NotThere_SourcePlaysAndTheApiSaysWhy()
    {
        await using var node = await Node.StartAsync("Ladder:Ffmpeg=/nonexistent/ffmpeg");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);

        var live = await channel.LiveAsync("source", "audio");
        await channel.PlaylistAsync(live.BroadcastId!, "source", "the source goes on", playlist => playlist.NextMediaSequence >= 5);

        var shown = await channel.EventuallyAsync(
            "the transcoder is said to be unavailable", shown => shown.Transcoder?.State == TranscoderState.Unavailable);
        Assert.Equal(TranscoderStatus.CannotBeUsed, shown.Transcoder!.Message);
        Assert.Contains("/nonexistent/ffmpeg", (await channel.ShowToOperatorAsync()).Transcoder!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "/nonexistent", await node.Viewer.GetStringAsync($"/api/channels/{channel.Slug}"), StringComparison.Ordinal);
        Assert.DoesNotContain("/nonexistent", await node.Viewer.GetStringAsync("/api/channels"), StringComparison.Ordinal);
        Assert.Equal(QualityLevel.SourceOnly, shown.Quality!.Level);
        Assert.False(string.IsNullOrEmpty(shown.Quality.Reason));
        Assert.Equal(["source", "audio"], (await channel.MultivariantAsync())!.Names);
    }

    [Fact]
    public async Task Transcoder_TooOld_IsToldBeforeTheFirstBroadcastAndInIt()
    {
        using var program = new ScriptedProgram("""
            case $2 in
            -version) echo 'ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright (c) 2000-2021 the FFmpeg developers';;
            -encoders) printf ' ------\n V....D libx264   H.264\n';;
            *) echo "Unrecognized option 'fps_mode'." >&2; exit 1;;
            esac
            """);
        var said = $"The transcoder '{program.Path}' cannot be used. "
            + "Its version is 4.4.2-0ubuntu0.22.04.1, which is too old; 5.1 or newer is needed.";
        await using var node = await Node.StartAsync($"Ladder:Ffmpeg={program.Path}");
        var channel = await node.CreateChannelAsync();

        var offline = await channel.EventuallyAsync("it is told", static shown => shown.Transcoder is not null);
        Assert.False(offline.Live);
        Assert.Equal(new TranscoderResource(TranscoderState.Unavailable, TranscoderStatus.CannotBeUsed, Restarts: 0), offline.Transcoder);
        Assert.Equal(
            new TranscoderResource(TranscoderState.Unavailable, said, Restarts: 0), (await channel.ShowToOperatorAsync()).Transcoder);

        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync("source", "audio");
        var live = await Eventually.GetAsync(
            "a run has failed",
            channel.ShowToOperatorAsync,
            static shown => shown.Transcoder is { State: TranscoderState.Unavailable, Restarts: > 0 });
        Assert.Equal(said, live.Transcoder!.Message);
        Assert.DoesNotContain(
            program.Path, await node.Viewer.GetStringAsync($"/api/channels/{channel.Slug}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transcoder_OfThisMachine_IsAskedAfterTheStart()
    {
        await using var node = await Node.StartAsync();
        var probe = node.Services.GetRequiredService<TranscoderProbe>();

        await Eventually.HoldsAsync("it has answered", () => Task.FromResult(probe.Answer is not null));

        Assert.Null(probe.Answer!.Problem);
        Assert.Null((await (await node.CreateChannelAsync()).ShowAsync()).Transcoder);
    }

    [Fact]
    public async Task Transcoder_ThatIsNotWanted_IsNotAsked()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", "Ladder:Ffmpeg=/nonexistent/ffmpeg");
        var probe = node.Services.GetRequiredService<TranscoderProbe>();

        await probe.ExecuteTask!.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Null(probe.Answer);
    }

    [Theory]
    [InlineData("KILL", "killed")]
    [InlineData("STOP", "hung")]
    public async Task Transcoder_KilledOrHung_SourceIsUnbrokenAndTheLadderComesBack(string signal, string rung)
    {
        await using var node = await Node.StartAsync($"Ladder:Rungs:0:Name={rung}", "Ladder:StallTimeout=00:00:02");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", rung, "audio")).BroadcastId!;
        var source = new Follower(channel, id, "source");
        var ladder = new Follower(channel, id, rung);
        await Eventually.HoldsAsync(
            "the rung has media", async () => await LookAsync() is { Segments: [.., { IsGap: false }] });
        var transcoder = Assert.Single(Transcoders.Of(rung));

        await Publisher.SignalAsync(signal, transcoder);
        var hurtAt = (await source.LookAsync()).NextMediaSequence;

        // The other one may be there before this one has been seen to be gone.
        await Eventually.HoldsAsync("another transcoder is at work", async () =>
        {
            await LookAsync();
            return Transcoders.Of(rung) is [var other] && other != transcoder;
        });
        await Eventually.HoldsAsync(
            "the ladder is back",
            async () => (await LookAsync()).Segments is [.., { IsGap: false, MediaSequence: var newest }] && newest > hurtAt + 2);

        source.AssertNoHole();
        ladder.AssertNoHole();
        Assert.All(source.Seen, segment => Assert.False(segment.IsGap));
        Assert.All(source.Seen, segment => Assert.Equal(1, segment.Duration, 0.2));
        Assert.Single(source.Seen.Select(segment => segment.Map).Distinct());
        Assert.Single(ladder.Seen.Where(segment => !segment.IsGap).Select(segment => segment.Map).Distinct());
        var shown = await channel.EventuallyAsync(
            "the transcoder runs again", shown => shown.Transcoder?.State == TranscoderState.Running);
        Assert.Equal(1, shown.Transcoder!.Restarts);
        Assert.Equal(QualityLevel.Full, shown.Quality!.Level);
        Assert.Contains(rung, (await channel.MultivariantAsync())!.Names);

        async Task<PlaylistListing> LookAsync()
        {
            await source.LookAsync();
            return await ladder.LookAsync();
        }
    }

    [Fact]
    public async Task Transcoder_GivesNothing_QualityIsNotFullAndSaysWhy()
    {
        using var program = new ScriptedProgram("exec sleep 600");
        await using var node = await Node.StartAsync($"Ladder:Ffmpeg={program.Path}", "Ladder:StallTimeout=00:01:00");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync("source", "audio");

        var starting = await channel.EventuallyAsync(
            "the transcoder is starting", shown => shown.Transcoder?.State is TranscoderState.Starting or TranscoderState.Stalled);
        Assert.Equal(QualityLevel.SourceOnly, starting.Quality!.Level);
        Assert.Contains("started", starting.Quality.Reason, StringComparison.Ordinal);

        var hanging = await channel.EventuallyAsync(
            "the transcoder is said to give nothing", shown => shown.Transcoder?.State == TranscoderState.Stalled);
        Assert.Equal(QualityLevel.SourceOnly, hanging.Quality!.Level);
        Assert.Contains("gives nothing", hanging.Quality.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transcoder_HangsAfterAWhile_QualityIsNoLongerFull()
    {
        await using var node = await Node.StartAsync("Ladder:Rungs:0:Name=hanging", "Ladder:StallTimeout=00:01:00");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync("source", "hanging", "audio");
        await channel.EventuallyAsync("all qualities are there", shown => shown.Quality?.Level == QualityLevel.Full);

        await Publisher.SignalAsync("STOP", Assert.Single(Transcoders.Of("hanging")));

        var hung = await channel.EventuallyAsync(
            "the transcoder is said to give nothing", shown => shown.Transcoder?.State == TranscoderState.Stalled);
        Assert.Equal(QualityLevel.SourceOnly, hung.Quality!.Level);
        Assert.False(string.IsNullOrEmpty(hung.Quality.Reason));
        Assert.False(string.IsNullOrEmpty(hung.Transcoder!.Message));
    }

    [Fact]
    public async Task Transcoder_GivesWhatIsNoMedia_SourcePlaysAndTheApiSaysWhy()
    {
        using var program = new ScriptedProgram("""
            for argument; do case $argument in unix://*) socket=$argument;; esac; done
            exec ffmpeg -v quiet -re -f lavfi -i testsrc2=size=64x64:rate=25 -c:v mpeg2video -f mpegts "$socket"
            """);
        await using var node = await Node.StartAsync($"Ladder:Ffmpeg={program.Path}");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var live = await channel.LiveAsync("source", "audio");

        var shown = await Eventually.GetAsync(
            "the cause is told",
            channel.ShowToOperatorAsync,
            shown => shown.Transcoder?.Message?.Contains("FLV header", StringComparison.Ordinal) == true);

        Assert.Equal(QualityLevel.SourceOnly, shown.Quality!.Level);
        Assert.True(shown.Transcoder!.Restarts > 0);
        var before = await channel.PlaylistAsync(live.BroadcastId!, "source");
        await channel.PlaylistAsync(
            live.BroadcastId!, "source", "the source goes on", playlist => playlist.NextMediaSequence >= before.NextMediaSequence + 3);
    }

    [Fact]
    public async Task Publisher_StandsStill_TranscoderIsNotBlamed()
    {
        await using var node = await Node.StartAsync("Ladder:Rungs:0:Name=patient", "Ladder:StallTimeout=00:00:02");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        var id = (await channel.LiveAsync("source", "patient", "audio")).BroadcastId!;
        var transcoder = Assert.Single(Transcoders.Of("patient"));
        await publisher.SuspendAsync();
        var stoodStillAt = DateTimeOffset.UtcNow;

        // Longer than two looks of the transcoder's watch.
        await channel.EventuallyAsync("seven seconds have passed", _ => DateTimeOffset.UtcNow - stoodStillAt > TimeSpan.FromSeconds(7));
        await publisher.ResumeAsync();
        var before = await channel.PlaylistAsync(id, "patient");
        await channel.PlaylistAsync(
            id, "patient", "the rung goes on", playlist => playlist.NextMediaSequence >= before.NextMediaSequence + 3);

        Assert.Equal(0, (await channel.ShowAsync()).Transcoder!.Restarts);
        Assert.Equal(transcoder, Assert.Single(Transcoders.Of("patient")));
    }

    [Fact]
    public async Task Transcoder_OfEndedBroadcast_EndsToo()
    {
        await using var node = await Node.StartAsync("Ladder:Rungs:0:Name=ending");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync("source", "ending", "audio");
        Assert.Single(Transcoders.Of("ending"));

        await publisher.StopAsync();

        await Eventually.HoldsAsync("the transcoder is gone", () => Task.FromResult(Transcoders.Of("ending").Count == 0));
        Assert.Equal(["source", "ending", "audio"], (await channel.MultivariantAsync())!.Names);
    }
}
