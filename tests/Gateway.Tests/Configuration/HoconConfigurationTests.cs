using System.Text;
using Microsoft.Extensions.Configuration;
using Streaming.Gateway.Configuration;

namespace Streaming.Gateway.Tests.Configuration;

/// <summary>The configuration file is HOCON, JSON included; what cannot be read is told with its line.</summary>
public sealed class HoconConfigurationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streaming-hocon-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void File_WithCommentsSubstitutionsAndIncludes_IsRead()
    {
        Write("ports.hocon", "// Of the house.\nstreaming.http.port = 8081\nstreaming { rtmp { port = 1936, amf-depth-max = 8 } }");
        var options = Options(
            """
            # One place for both.
            length = 4 s
            include "ports.hocon"
            streaming {
              segments { target = ${length}, part-target = 250ms }   // HOCON's names
              Ladder.Enabled = false
              ladder.rungs = [
                { name = 144p, height = 144, bit-rate = 100000 }
                { name = "240p", height = 240, bit-rate = 300000 },
              ]
              data.path = "/srv/a b"
              rtmp.port = 1937
            }
            """);

        Assert.Equal((8081, 1937, 8), (options.Http.Port, options.Rtmp.Port, options.RtmpLimits.AmfDepthMax));
        Assert.Equal(TimeSpan.FromSeconds(4), options.Segments.Target);
        Assert.Equal(TimeSpan.FromMilliseconds(250), options.Segments.PartTarget);
        Assert.Equal(["144p", "240p"], options.Ladder.Rungs.Select(rung => rung.Name));
        Assert.Equal((false, "/srv/a b"), (options.Ladder.Enabled, options.Data.Path));
    }

    [Fact]
    public void File_OfOlderVersions_IsReadAsItWas()
    {
        // The file as it came with the node when it was read as JSON.
        const string json =
            """
            {
              "Streaming": {
                "Roles": "ingest,transcode,gateway",
                "Cluster": { "Engine": "in-process" },
                "Http": { "Port": 8080, "Address": "::1" },
                "Rtmp": { "Port": 1935, "MessageLengthMax": 8388608, "PublishTimeout": "00:00:30" },
                "Data": { "Path": "./data" },
                "Admin": { "Token": null },
                "Segments": { "Target": "00:00:02", "PartTarget": "00:00:00.335" },
                "Ladder": { "Enabled": true, "Rungs": [{ "Name": "240p", "Height": 240, "BitRate": 300000 }] },
                "Recordings": { "MaxBytes": 5, "MaxAge": "1.12:00:00" }
              },
              "Logging": { "LogLevel": { "Default": "Warning", "Microsoft.AspNetCore": "Error" } }
            }
            """;
        var expected = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        Write("cluster.hocon", json);
        var read = Configuration("cluster.hocon");

        Assert.Equal(Settings(expected), Settings(read));
        Assert.Equal(
            SettingsReport.Lines(ConfiguredOptions.Read(expected.GetSection("Streaming"))),
            SettingsReport.Lines(ConfiguredOptions.Read(read.GetSection("Streaming"))));

        static IEnumerable<string> Settings(IConfiguration configuration) => configuration.AsEnumerable()
            .Where(setting => setting.Value is not null)
            .Select(setting => $"{setting.Key.ToLowerInvariant()}={setting.Value!.ToLowerInvariant()}").Order();
    }

    [Fact]
    public void File_ThatIsNotThere_SaysNothing() => Assert.Empty(Configuration("nowhere.hocon").AsEnumerable());

    [Fact]
    public void Settings_Null_AreTheDefaults() => Assert.Equal(
        SettingsReport.Lines(new StreamingOptions()),
        SettingsReport.Lines(Options(
            "streaming { access.proxies = null, http.port = null\nladder.preset = null\nretention = null, roles = null }")));

    [Fact]
    public void File_Empty_SaysNothing() => Assert.Equal(8080, Options("").Http.Port);

    [Fact]
    public void Akka_InTheFile_IsLeftToAkka()
    {
        Write("cluster.hocon", "akka { loglevel = DEBUG }\nAkka.cluster.gossip-interval = 250ms");
        var file = new HoconConfiguration(HoconFile.Read(Path("cluster.hocon")));

        Assert.Equal("DEBUG", file.Akka.GetString("akka.loglevel"));
        Assert.Equal(TimeSpan.FromMilliseconds(250), file.Akka.GetTimeSpan("akka.cluster.gossip-interval"));
        Assert.Empty(file.Problems());
        Assert.Empty(Configuration("cluster.hocon").AsEnumerable());
    }

    [Fact]
    public void Environment_BesideTheFile_Wins()
    {
        Write("cluster.hocon", "streaming { http.port = 1, rtmp.port = 2 }\nakka { loglevel = INFO, cluster.gossip-interval = 9s }");

        var settings = NodeSettings.Read(
            new ConfigurationBuilder(),
            ["--Streaming:Rtmp:Port=3", "--Akka:Loglevel=DEBUG", "--AKKA:CLUSTER:LEADER_ACTIONS_INTERVAL=2s"],
            Path("cluster.hocon"));

        Assert.Equal((1, 3), (settings.Options.Http.Port, settings.Options.Rtmp.Port));
        Assert.Equal("DEBUG", settings.Akka.GetString("akka.loglevel"));
        Assert.Equal(TimeSpan.FromSeconds(9), settings.Akka.GetTimeSpan("akka.cluster.gossip-interval"));
        Assert.Equal(TimeSpan.FromSeconds(2), settings.Akka.GetTimeSpan("akka.cluster.leader-actions-interval"));
    }

    [Theory]
    [InlineData("steaming { http.port = 1 }", "has a group 'steaming', which there is not. Did you mean streaming?")]
    [InlineData("kestrel { }", "has a group 'kestrel', which there is not; there are streaming, logging and akka.")]
    public void Group_ThatThereIsNot_IsNamed(string text, string problem)
    {
        Write("cluster.hocon", text);
        var told = Assert.Single(new HoconConfiguration(HoconFile.Read(Path("cluster.hocon"))).Problems());
        Assert.Equal($"{Path("cluster.hocon")} {problem}", told);
    }

    [Theory]
    [InlineData("{ \"Streaming\": ", "line 1: this '{' has no end.")]
    [InlineData("streaming {\n  http {\n    port = 1\n", "line 2: this '{' has no end.")]
    [InlineData("streaming { }\n}", "line 2: there is nothing that this '}' ends.")]
    [InlineData("streaming { a = [1, 2 }", "line 1: the '[' of line 1 is ended by a '}'.")]
    [InlineData("streaming {\n  data.path = \"./data\n}", "line 2: the text in quotation marks has no end.")]
    [InlineData("{\n}\nakka { }", "line 3: the file's outermost brackets have ended before this.")]
    [InlineData("a = [\n1 = 2 ]", "line 2: there is a '=' in the list that begins in line 1;")]
    [InlineData("a = [ $ ]", "line 1: there is a '$' in the list that begins in line 1;")]
    [InlineData("streaming {\n  segments {\n    target = 00:00:02\n  }\n}", "line 3: Could not parse an unquoted text")]
    [InlineData("# one\nstreaming.http.port = ${port}\n", "line 2: Unresolved substitution: port")]
    [InlineData("streaming.data.path = \"a\\q\"", "line 1: Unknown escape code: q")]
    [InlineData("a = ${b}\nb = ${a}", "a substitution (${…}) stands for something that contains it.")]
    [InlineData("a { b = ${a} }", "a substitution (${…}) stands for something that contains it.")]
    [InlineData("\ninclude \"nowhere.hocon\"", "The configuration cannot be read: Could not find file")]
    [InlineData("include \"cluster.hocon\"", "include one another without end.")]
    public void File_ThatCannotBeRead_IsToldWithItsLine(string text, string problem)
    {
        Write("cluster.hocon", text);
        var refusal = Assert.Throws<InvalidOperationException>(() => HoconFile.Read(Path("cluster.hocon")));
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.FullName, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void File_CutOffAnywhere_IsReadOrRefused()
    {
        const string text =
            """"
            size = 4 # of something
            streaming { segments.target = "${size}s", list = [ a, "b\"", { c = 1 } ], text = """ " } """ } // the end
            akka { }
            """";
        for (var length = 0; length <= text.Length; length++)
        {
            Write("cluster.hocon", text[..length]);
            try
            {
                _ = Configuration("cluster.hocon");
            }
            catch (InvalidOperationException refusal)
            {
                Assert.Contains(Path("cluster.hocon"), refusal.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Settings_Shown_AreReadAgain_WithoutSecrets()
    {
        var options = Options(
            """
            streaming {
              http.port = 8081, admin.token = "0123456789abcdef", segments.target = 1s
              cluster.database = "Host=h;Database=d;Password=p4ssw0rd"
            }
            """);

        var lines = SettingsReport.Lines(options).ToList();

        Assert.Contains("Streaming:Http:Port=8081", lines);
        Assert.Contains("Streaming:Segments:Target=00:00:01", lines);
        Assert.Contains("Streaming:Rtmp:AmfDepthMax=16", lines);
        Assert.Contains("Streaming:Admin:Token=(not shown)", lines);
        Assert.Contains("Streaming:Cluster:Database=(not shown)", lines);
        var again = new ConfigurationBuilder().AddInMemoryCollection(lines.Where(line => !line.EndsWith(')'))
            .Select(line => line.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1] is "" ? null : pair[1]))).Build();
        Assert.Equal(lines.Count, SettingsReport.Lines(ConfiguredOptions.Read(again.GetSection("Streaming"))).Count());
    }

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    private void Write(string name, string text) => File.WriteAllText(Path(name), text);

    private IConfigurationRoot Configuration(string name) =>
        new ConfigurationBuilder().Add(new HoconConfiguration(HoconFile.Read(Path(name)))).Build();

    private StreamingOptions Options(string text)
    {
        Write("cluster.hocon", text);
        return ConfiguredOptions.Read(Configuration("cluster.hocon").GetSection("Streaming"));
    }
}
