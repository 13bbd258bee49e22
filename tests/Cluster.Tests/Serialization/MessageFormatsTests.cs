using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Origins;
using Streaming.Cluster.Serialization;
using Streaming.Cluster.Transcoding;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Serialization;

/// <summary>
/// Every message comes back as it was written, and the bytes of earlier versions go on being read: the samples beside this file, a line
/// each, manifest and bytes. A new message gets a new line (<c>UPDATE_GOLDEN=1</c> adds it); a line that is there never changes.
/// </summary>
public sealed class MessageFormatsTests
{
    private const string Activity = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    private static readonly MessageFormats Formats = new([.. ChannelFormats.All, .. RunFormats.All, .. OriginFormats.All]);

    private static readonly object[] Messages =
    [
        new PutChannel("news", "Ä \u2603", "hash", At),
        new PutChannel("news", null, "hash", At),
        new ChangeStreamKey("news", "hash"),
        new DeleteChannel("news"),
        new ClearChannel("news"),
        new ClaimChannel("news", "hash", "none://streaming@alone:1"),
        new EndBroadcast("news", 1L << 40, "b1"),
        new ReleaseChannel("news", 7),
        new ChannelAnswer.Done(1L << 40, null),
        new ChannelAnswer.Done(3, new ChannelRenamed("news", "Other")),
        new ChannelAnswer.Refused(ChannelRefusal.Leaving),
        new ChannelAnswer.Failed("database or disk is full", true),
        new ChannelAnswer.InDoubt("It gives no answer."),
        new ChannelCreated("news", "The News", "hash", At),
        new ChannelRenamed("news", ""),
        new StreamKeyChanged("news", "hash"),
        new ChannelDeleted("news"),
        new ChannelCleared("news"),
        new ClaimGranted("news", "node"),
        new ClaimReleased("news", 7),
        new BroadcastEnded("news", 7, "b1"),
        new ChannelNews(7, new ChannelCreated("news", "The News", "hash", At)),
        new StartRun(new("alone:1", 3), new("b", 2), At),
        new StopRun(new("alone:1", 3), new("b", 2)),
        new RunStarted(new("b", 2)),
        new RunRefused(new("b", 2), RunRefusal.OldEpoch),
        new RunEnded(new("b", 2), TranscodeEnd.Completed, null),
        new RunEnded(new("b", 2), TranscodeEnd.Failed, "It failed."),
        new ToldOrigins("node#1", new("10.0.0.1", 4054), 1L << 40, 1, 2, [new("news", "b1", 7, At, true), new("art", "b2", 8, At, false)], []),
        new ToldOrigins("node#1", null, 1, 0, 1, [], []),
        new ToldOrigins("node#1", null, 2, 0, 1, [], [new("news", "b1", 7), new("art", "b2", 1L << 40)]),
        new ClaimChannel("news", "hash", "none://streaming@alone:1") { TraceParent = Activity },
        new StartRun(new("alone:1", 3), new("b", 2), At) { TraceParent = Activity },
        new StopRun(new("alone:1", 3), new("b", 2)) { TraceParent = Activity },
        new RunEnded(new("b", 2), TranscodeEnd.Failed, "It failed.") { TraceParent = Activity },
    ];

    [Fact]
    public void Messages_AllThatThereAre_AreTriedHere() => Assert.Equal(
        Formats.Types.OrderBy(type => type.FullName),
        Messages.Select(message => message.GetType()).Distinct().OrderBy(type => type.FullName));

    [Fact]
    public void Messages_OfTheProtocol_HaveAFormat() => Assert.Empty(typeof(IChannelCommand).Assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && (type.IsAssignableTo(typeof(IChannelCommand))
            || type.IsAssignableTo(typeof(IRunCommand)) || type.IsAssignableTo(typeof(IChannelEvent)) || type.IsAssignableTo(typeof(ChannelAnswer))))
        .Except(Formats.Types));

    [Fact]
    public void Write_ThenRead_IsTheSame() =>
        Assert.All(Messages, message => Assert.Equal(message, Formats.Read(Formats.Write(message), Formats.ManifestOf(message))));

    [Fact]
    public void Read_SamplesOfEarlierVersions_AreWhatTheyWere()
    {
        var lines = Messages
            .Select(message => $"{Formats.ManifestOf(message)} {Convert.ToHexStringLower(Formats.Write(message))}").ToArray();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.AppendAllLines(SamplesPath(), lines.Except(File.Exists(SamplesPath()) ? File.ReadAllLines(SamplesPath()) : []));
        }

        var samples = File.ReadAllLines(SamplesPath());
        Assert.Empty(lines.Except(samples));
        foreach (var sample in samples)
        {
            var (manifest, bytes) = (sample.Split(' ')[0], Convert.FromHexString(sample.Split(' ')[1]));
            var read = Formats.Read(bytes, manifest);
            Assert.Contains(read, Messages);
        }
    }

    [Fact]
    public void Read_CutOff_IsRefused() => Assert.All(Messages, message =>
    {
        var bytes = Formats.Write(message);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<SerializationException>(() => Formats.Read(bytes[..length], Formats.ManifestOf(message)));
        }

        Assert.Throws<SerializationException>(() => Formats.Read([.. bytes, 0], Formats.ManifestOf(message)));
    });

    [Fact]
    public void Read_WhatIsSentInNoActivity_WithOne_IsRefused()
    {
        var bytes = Formats.Write(new DeleteChannel("news"));

        Assert.Throws<SerializationException>(() => Formats.Read([.. bytes, .. bytes], "channel/delete+trace"));
    }

    [Fact]
    public void Read_AnUnknownManifest_IsRefused() =>
        Assert.Throws<SerializationException>(() => Formats.Read([], "channel/exploded"));

    [Fact]
    public void Write_AnythingElse_IsRefused() => Assert.Throws<SerializationException>(() => Formats.Write("text"));

    private static string SamplesPath([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "samples.txt");
}
