using Microsoft.Extensions.Configuration;
using Streaming.Gateway.Configuration;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway.Tests.Configuration;

/// <summary>Settings are read, or refused all at once before anything is started.</summary>
public sealed class ConfiguredOptionsTests
{
    [Fact]
    public void Settings_OfEveryKind_AreRead()
    {
        var options = Read(
            "Http:Port=8081", "Rtmp:Port=1936", "Rtmp:MessageLengthMax=4000000", "Rtmp:IdleTimeout=00:00:20", "Ladder:Enabled=false",
            "Ladder:Rungs:0:Name=144p", "Ladder:Rungs:0:Height=144", "Ladder:Rungs:0:BitRate=100000", "Recordings:MaxBytes=5",
            "http:address=::1", "Admin:Token=");

        Assert.Equal((8081, "::1", 1936), (options.Http.Port, options.Http.Address, options.Rtmp.Port));
        Assert.Equal(new RtmpLimits { MessageLengthMax = 4_000_000, IdleTimeout = TimeSpan.FromSeconds(20) }, options.RtmpLimits);
        Assert.Equal(new LadderRung("144p", 144, 100_000), Assert.Single(options.Ladder.Rungs));
        Assert.Equal((false, 5L), (options.Ladder.Enabled, options.Recordings.MaxBytes));
    }

    [Theory]
    [InlineData("335ms", 335)]
    [InlineData("0.5 s", 500)]
    [InlineData("1 second", 1000)]
    [InlineData("00:00:00.250", 250)]
    public void Duration_InHoconsUnits_IsRead(string written, int milliseconds) => Assert.Equal(
        TimeSpan.FromMilliseconds(milliseconds), Read($"Segments:PartTarget={written}").Segments.PartTarget);

    [Fact]
    public void Settings_None_AreTheDefaults() => Assert.Equal(new StreamingOptions().RtmpLimits, Read().RtmpLimits);

    [Theory]
    [InlineData("Rtmp:MessageLengthMax=12", "Streaming:Rtmp:MessageLengthMax is 12; it has to be from 1024 to 16777215.")]
    [InlineData("Rtmp:AmfDepthMax=65", "Streaming:Rtmp:AmfDepthMax is 65; it has to be from 2 to 64.")]
    [InlineData("Rtmp:PingAfter=00:01:00", "Streaming:Rtmp:PingAfter is 00:01:00; it has to be shorter than IdleTimeout")]
    [InlineData("Ladder:BacklogBytesMax=5", "Streaming:Ladder:BacklogBytesMax is 5; it has to be from 1048576 to 67108864.")]
    [InlineData("Ladder:RunsMax=0", "Streaming:Ladder:RunsMax is 0; it has to be from 1 to 1024.")]
    [InlineData("Ladder:Preset=best", "Streaming:Ladder:Preset is 'best'; it has to be one of x264's")]
    [InlineData("Ladder:StallTimeout=00:02:00", "Streaming:Ladder:StallTimeout is 00:02:00; it has to be from 00:00:02 to 00:01:00.")]
    [InlineData("Storage:Kind=tape", "Streaming:Storage:Kind is 'tape'; it has to be 'disk', 'memory' or 'gcs'.")]
    [InlineData("Storage:Kind=gcs", "Streaming:Storage:Bucket is ''; with Kind 'gcs' it has to be the name of a bucket")]
    [InlineData("Storage:Endpoint=http://storage.example", "Streaming:Storage:Endpoint is 'http://storage.example'; it has to be an address")]
    [InlineData("Storage:CacheMaxBytes=1000", "Streaming:Storage:CacheMaxBytes is 1000; it has to be 0, or 16777216 at least.")]
    [InlineData("Storage:PublicBaseUrl=cdn.example", "Streaming:Storage:PublicBaseUrl is 'cdn.example'; it has to be an address")]
    [InlineData("Storage:PublicBaseUrl=https://cdn.example/?a=b", "Streaming:Storage:PublicBaseUrl is ")]
    [InlineData("Storage:Endpoint=https://user:secret@storage.example", "Streaming:Storage:Endpoint is ")]
    [InlineData("Data:Path= ", "Streaming:Data:Path is empty; it has to be a folder.")]
    [InlineData("Admin:Token= ", "Streaming:Admin:Token has fewer than 16 characters.")]
    [InlineData("Segments:Target=00:00:20", "Streaming:Segments:Target is 00:00:20; it has to be from 00:00:01 to 00:00:10.")]
    [InlineData("Http:Port=abc", "Streaming:Http:Port is 'abc'; it has to be a whole number.")]
    [InlineData("Http:Port=99999999999", "Streaming:Http:Port is '99999999999'; it has to be a whole number.")]
    [InlineData("Http:Port=", "Streaming:Http:Port is ''; it has to be a whole number.")]
    [InlineData("Ladder:Enabled=maybe", "Streaming:Ladder:Enabled is 'maybe'; it has to be true or false.")]
    [InlineData("Segments:Target=2 beats", "Streaming:Segments:Target is '2 beats'; it has to be a duration, such as 30s or 00:00:30.")]
    [InlineData("Segments:Target=99999999999d", "Streaming:Segments:Target is '99999999999d'; it has to be a duration")]
    [InlineData("Metrics:Otlp=collector:4317", "Streaming:Metrics:Otlp is 'collector:4317'; it has to be an address")]
    [InlineData("Traces:Otlp=collector:4317", "Streaming:Traces:Otlp is 'collector:4317'; it has to be an address")]
    [InlineData("Segments:Targt=2s", "There is no setting Streaming:Segments:Targt. Did you mean Streaming:Segments:Target?")]
    [InlineData("Segment:Target=2s", "There is no setting Streaming:Segment. Did you mean Streaming:Segments?")]
    [InlineData("Segments:Preset=fast", "There is no setting Streaming:Segments:Preset. Did you mean Streaming:Ladder:Preset?")]
    [InlineData(
        "Ladder:Rungs:0:Hieght=144", "There is no setting Streaming:Ladder:Rungs:0:Hieght. Did you mean Streaming:Ladder:Rungs:0:Height?")]
    [InlineData("Segments:Limit=00:00:02", "There is no setting Streaming:Segments:Limit.")]
    [InlineData("RtmpLimits:AmfDepthMax=8", "There is no setting Streaming:RtmpLimits.")]
    [InlineData("Http:Port:Number=8080", "Streaming:Http:Port is ''; it has to be a whole number.")]
    [InlineData("Http=8080", "Streaming:Http is a group of settings, and not a setting itself.")]
    [InlineData("Ladder:Rungs:0:Name=144p", "Streaming:Ladder:Rungs:0 has no Height.")]
    [InlineData("Cluster:Host=10.0.0.1", "Streaming:Cluster:Host needs Secret, the same on all nodes")]
    [InlineData("Cluster:Host=10.0.0.1", "Streaming:Cluster:Host needs Database: ")]
    [InlineData("Cluster:Host=10.0.0.1", "Streaming:Cluster:Host needs Streaming:Admin:Token, the same on all nodes")]
    [InlineData("Cluster:Host=a:4053", "Streaming:Cluster:Host is 'a:4053'; it has to be the name or IP address of this node")]
    [InlineData("Cluster:Port=65536", "Streaming:Cluster:Port is 65536; it has to be from 0 to 65535.")]
    [InlineData("Cluster:MediaPort=4053", "Streaming:Cluster:Port and MediaPort are both 4053; they have to differ.")]
    [InlineData("Cluster:MediaPort=-1", "Streaming:Cluster:MediaPort is -1; it has to be from 0 to 65535.")]
    [InlineData("Cluster:SeedNodes=a:4053,b:4053", "Streaming:Cluster:SeedNodes needs Host: ")]
    [InlineData("Cluster:SeedNodes=a:4053,b", "Streaming:Cluster:SeedNodes has 'b'; each has to be host:port.")]
    [InlineData("Cluster:SeedNodes=a:0", "Streaming:Cluster:SeedNodes has 'a:0'; each has to be host:port.")]
    [InlineData("Cluster:SeedNodes=::1:4053", "Streaming:Cluster:SeedNodes has '::1:4053'; each has to be host:port.")]
    [InlineData("cluster:seednodes:0=a:4053", "Streaming:cluster:seednodes is ''; it has to be a text.")]
    [InlineData("Cluster:Secret=hunter2", "Streaming:Cluster:Secret has 7 characters; it has to have 32 to 1024, such as ")]
    [InlineData("Roles=ingest", "Streaming:Roles is 'ingest'; a node that is alone (Streaming:Cluster:Host is not set) has to do all of ")]
    [InlineData("Roles=ingest,cook", "Streaming:Roles is 'ingest,cook'; it has to be some of 'ingest,transcode,gateway', each once.")]
    [InlineData("Roles=", "Streaming:Roles is ''; it has to be some of ")]
    [InlineData("Cluster:Database=Host=h", "Streaming:Cluster:Database names no Database.")]
    [InlineData("Ladder:Rungs=720p", "Streaming:Ladder:Rungs is a list of groups of settings, and not a setting itself.")]
    public void Setting_ThatDoesNotHold_IsNamedWithWhatItHasToBe(string setting, string problem) =>
        Assert.Contains(Problems(setting), told => told.StartsWith(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData("media", true)]
    [InlineData("my-media_2.example.org", true)]
    [InlineData("gs://media", false)]
    [InlineData("media/live", false)]
    [InlineData("Media", false)]
    [InlineData("ab", false)]
    public void Bucket_Name_IsAsTheServiceWantsIt(string name, bool isTaken)
    {
        var settings = (string[])["Storage:Kind=gcs", $"Storage:Bucket={name}"];
        if (isTaken)
        {
            Assert.Equal(name, Read(settings).Storage.Bucket);
            return;
        }

        Assert.StartsWith($"Streaming:Storage:Bucket is '{name}'", Assert.Single(Problems(settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Cluster_OfManyNodes_IsReadAsItIsTold()
    {
        var network = Read(
            "Cluster:Host=10.0.0.1", "Cluster:SeedNodes= node-1:4053, [::1]:4054", "Cluster:Secret=" + new string('s', 32),
            "Cluster:Database=Host=h;Database=d", "Admin:Token=0123456789abcdef").Cluster.ForMembership();

        Assert.Equal(("10.0.0.1", 4053), (network?.Host, network?.Port));
        Assert.Equal(["node-1:4053", "[::1]:4054"], network!.Seeds.Select(static seed => seed.ToString()));
        Assert.Null(Read().Cluster.ForMembership());
    }

    [Fact]
    public void Recordings_InABucket_HaveNoLimitUnlessTold()
    {
        Assert.Null(Read("Storage:Kind=gcs", "Storage:Bucket=media").ForRecordings().MaxBytes);
        Assert.Equal(
            1L << 50, Read("Storage:Kind=gcs", "Storage:Bucket=media", $"Recordings:MaxBytes={1L << 50}").ForRecordings().MaxBytes);
        Assert.Equal(10L << 30, Read().ForRecordings().MaxBytes);
    }

    [Fact]
    public void Settings_WrongInManyPlaces_AreToldAllAtOnce() => Assert.Equal(
        [
            "There is no setting Streaming:Colour.",
            "Streaming:Http:Port is 'abc'; it has to be a whole number.",
            "Streaming:Ladder:Rungs:0 has no BitRate.",
            "Streaming:Rtmp:CommandLengthMax is 5; it has to be from 512 to 16777215.",
            "Streaming:Retention is 00:00:01; it has to be from 00:00:10 to 01:00:00.",
        ],
        Problems(
            "Http:Port=abc", "Colour=blue", "Ladder:Rungs:0:Name=144p", "Ladder:Rungs:0:Height=144", "Rtmp:CommandLengthMax=5",
            "Retention=00:00:01"));

    [Theory]
    [InlineData("Admin:Token=hunter2")]
    [InlineData("Cluster:Database=Host=h;Password=hunter2")]
    [InlineData("Cluster:Database=postgresql://u:hunter2@h/d")]
    public void Secret_ThatDoesNotHold_IsNotShown(string setting) =>
        Assert.All(Problems(setting), problem => Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal));

    [Fact]
    public async Task Node_WithALimitOutOfRange_DoesNotStart()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Node.StartAsync("Rtmp:ChunkStreamsMax=3"));
        Assert.Contains("Streaming:Rtmp:ChunkStreamsMax is 3", refusal.Message, StringComparison.Ordinal);
    }

    private static string[] Problems(params string[] settings) =>
        Assert.Throws<InvalidOperationException>(() => Read(settings)).Message.Split(Environment.NewLine);

    private static StreamingOptions Read(params string[] settings) => ConfiguredOptions.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2))
            .Select(pair => KeyValuePair.Create($"Streaming:{pair[0]}", (string?)pair[1])))
        .Build().GetSection(StreamingOptions.Section));
}
