using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests.Rtmp;

namespace Streaming.Gateway.Tests.Live;

/// <summary>Encoders that the server has to turn away although their key is right, and what their broadcasters see.</summary>
public sealed class ContendedKeyTests
{
    [Fact]
    public async Task TwoEncoders_WithOneKeyThatBothComeBack_SettleWithAReasonForBoth()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        using var end = new CancellationTokenSource();
        var encoders = new[] { new Encoder(channel), new Encoder(channel) };
        var running = encoders.Select(encoder => encoder.RunAsync(end.Token)).ToList();

        var heldOff = await Eventually.GetAsync(
            "one of them is held off for good", () => Array.Find(encoders, encoder => encoder.HeldOffInARow >= 20));

        Assert.Contains("kept taking over from each other", heldOff.Reason, StringComparison.Ordinal);
        var shown = await channel.ShowAsync();
        Assert.Equal("live", shown.Ingest!.State);
        Assert.Contains("same stream key", shown.Refusal!.Reason, StringComparison.Ordinal);
        await end.CancelAsync();
        await Task.WhenAll(running);
    }

    [Fact]
    public async Task Encoder_AboveTheBitRate_IsCutOffAndTheStudioSaysWhy()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", "Rtmp:BitRateMax=200000");
        var channel = await node.CreateChannelAsync();
        await using var publisher = await channel.PublishByHandAsync();

        var told = publisher.ReadStatusAsync("NetStream.Publish.BadName");
        for (var i = 0u; !told.IsCompleted; i++)
        {
            await publisher.SendAudioAsync(i * 20, [0xAF, 1, .. new byte[4000]]);
        }

        Assert.Contains("bit rate is above the 0.2 Mbit/s", (await told).Text, StringComparison.Ordinal);
        var shown = await channel.EventuallyAsync("the studio says why", shown => shown.Refusal is not null);
        Assert.Contains("bit rate", shown.Refusal!.Reason, StringComparison.Ordinal);
    }

    /// <summary>An encoder that sends sound all the time and comes back a moment after it was cut off.</summary>
    private sealed class Encoder(TestChannel channel)
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

        public int HeldOffInARow { get; private set; }

        public string Reason { get; private set; } = "";

        public async Task RunAsync(CancellationToken end)
        {
            while (!end.IsCancellationRequested)
            {
                await using var publisher = await channel.ConnectByHandAsync();
                await publisher.PublishAsync(channel.StreamKey);
                var answer = await publisher.ReadStatusAsync("NetStream.Publish.");
                if (answer.Text.Contains("NetStream.Publish.Start", StringComparison.Ordinal))
                {
                    HeldOffInARow = 0;
                    await SendUntilClosedAsync(publisher, end);
                }
                else
                {
                    Assert.Contains("NetStream.Publish.BadName", answer.Text, StringComparison.Ordinal);
                    Reason = answer.Text;
                    HeldOffInARow++;
                }

                await Task.Delay(Pause, CancellationToken.None);
            }
        }

        private static async Task SendUntilClosedAsync(ScriptedPublisher publisher, CancellationToken end)
        {
            var closed = publisher.ReadToEndAsync();
            try
            {
                for (var i = 0u; !closed.IsCompleted && !end.IsCancellationRequested; i++)
                {
                    await publisher.SendAudioAsync(i * 20, 0xAF, 1, 0);
                    await Task.WhenAny(closed, Task.Delay(Pause, CancellationToken.None));
                }
            }
            catch (IOException)
            {
                // Cut off while it sent.
            }

            await publisher.CloseAsync();
            await closed.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
