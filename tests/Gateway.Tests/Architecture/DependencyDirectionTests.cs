using System.Reflection;
using System.Xml.Linq;

namespace Streaming.Gateway.Tests.Architecture;

/// <summary>
/// Gateway depends on Cluster, Cluster on Pipeline, and nothing the other way round: in what was built, and in what the
/// project files allow to be built. Within a project no two folders depend on each other, on no way round. See docs/architecture.md.
/// </summary>
public sealed class DependencyDirectionTests
{
    private const string Pipeline = "Streaming.Pipeline";
    private const string Cluster = "Streaming.Cluster";
    private const string Gateway = "Streaming.Gateway";
    private const string AspNet = "Microsoft.AspNetCore";
    private const string Akka = "Akka";
    private const string Telemetry = "OpenTelemetry";

    private static readonly string[] ForbiddenToPipeline =
        [Cluster, Gateway, AspNet, Akka, "Microsoft.Data.Sqlite", "SQLitePCLRaw", "Npgsql", "RabbitMQ", Telemetry];

    private static readonly string[] ForbiddenToCluster = [Gateway, AspNet, Telemetry];

    /// <summary>Where actors, what they say to each other and what runs them have their place. The rest of Cluster is plain.</summary>
    private static readonly string[] FoldersOfActors =
    [
        "Actors", "Broadcasts", "Broadcasts/Archive", "Broadcasts/Source", "Broadcasts/Window", "Channels", "Graphs", "Membership", "Origins", "Serialization",
        "Transcoding", "Workers",
    ];

    [Fact]
    public void PipelineAssembly_References_NoClusterNoActorsNoWebNoDatabaseNoBroker() =>
        Assert.Empty(Violations(ReferencesOf(Pipeline), ForbiddenToPipeline));

    [Fact]
    public void ClusterAssembly_References_NoGatewayNoWeb() =>
        Assert.Empty(Violations(ReferencesOf(Cluster), ForbiddenToCluster));

    [Fact]
    public void GatewayAssembly_References_AspNet_AsTheseTestsWouldSee() =>
        Assert.NotEmpty(Violations(ReferencesOf(Gateway), [AspNet]));

    [Fact]
    public void PipelineProject_References_NoClusterNoActorsNoWebNoDatabaseNoBroker()
    {
        var project = Project.Load("src/Pipeline/Pipeline.csproj");

        Assert.Equal("Microsoft.NET.Sdk", project.Sdk);
        Assert.Empty(project.ProjectReferences);
        Assert.Empty(Violations(project.Packages, ForbiddenToPipeline));
    }

    [Fact]
    public void ClusterProject_References_OnlyPipelineAndNoWeb()
    {
        var project = Project.Load("src/Cluster/Cluster.csproj");

        Assert.Equal("Microsoft.NET.Sdk", project.Sdk);
        Assert.Equal(["Pipeline"], project.ProjectReferences);
        Assert.Empty(Violations(project.Packages, ForbiddenToCluster));
    }

    [Fact]
    public void GatewayProject_References_OnlyProjectsBelow()
    {
        var project = Project.Load("src/Gateway/Gateway.csproj");

        Assert.Contains("Cluster", project.ProjectReferences);
        Assert.Empty(project.ProjectReferences.Except(["Cluster", "Pipeline"]));
    }

    [Theory]
    [InlineData(Pipeline)]
    [InlineData(Cluster)]
    [InlineData(Gateway)]
    public void Folders_OfAProject_FormNoCircle(string project)
    {
        var arrows = ArrowsOf(project);

        AssertNone("depend on each other", Circle.In(arrows.All.Keys).Select(circle => circle.Explained(arrows)));
    }

    [Fact]
    public void Folders_OfGateway_AreSeenToUseEachOther()
    {
        var arrows = ArrowsOf(Gateway);

        Assert.Contains("StoredMediaResult uses OpenFiles", arrows.All[("Playback", "Connections")]);
        Assert.Contains("Startup uses AdminToken", arrows.All[(FolderArrows.Root, "Access")]);
        Assert.Contains("HoconConfiguration uses Config of Akka", arrows.UsersOf(Akka)["Configuration"]);
    }

    [Fact]
    public void Actors_InCluster_AreOnlyInTheirFolders() => AssertNone("use Akka", ArrowsOf(Cluster).UsersOf(Akka)
        .Where(static folder => !FoldersOfActors.Contains(folder.Key))
        .Select(static folder => $"{folder.Key}: {string.Join(", ", folder.Value)}"));

    [Theory]
    [InlineData(Pipeline)]
    [InlineData(Cluster)]
    [InlineData(Gateway)]
    public void Files_Namespace_IsTheirFolder(string project)
    {
        var wrong = SourceFile.In(SourcesOf(project))
            .Where(file => file.Namespace is not null)
            .Where(file => file.Namespace != string.Join('.', [project, .. file.Path.Split('/')[..^1]]))
            .Select(file => $"{file.Path} is in {file.Namespace}");

        AssertNone("lie in another folder than their namespace says", wrong);
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore", true)]
    [InlineData("Microsoft.AspNetCore.Http.Abstractions", true)]
    [InlineData("Microsoft.AspNetCoreless", false)]
    [InlineData("System.IO.Pipelines", false)]
    public void Violations_Name_MatchesWholeSegments(string reference, bool forbidden) =>
        Assert.Equal(forbidden, Violations([reference], [AspNet]).Any());

    private static FolderArrows ArrowsOf(string project) => FolderArrows.Of(Assembly.Load(project), SourcesOf(project));

    private static string SourcesOf(string project) => Path.Combine(Repository.Root, "src", project["Streaming.".Length..]);

    private static void AssertNone(string what, IEnumerable<string> faults)
    {
        var told = string.Join(Environment.NewLine, faults);
        Assert.True(told.Length == 0, $"These {what}:{Environment.NewLine}{told}");
    }

    private static IEnumerable<string> ReferencesOf(string assembly) =>
        Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!);

    private static IEnumerable<string> Violations(IEnumerable<string> references, IReadOnlyList<string> forbidden) =>
        references.Where(reference => forbidden.Any(name =>
            reference.Equals(name, StringComparison.OrdinalIgnoreCase)
            || reference.StartsWith(name + ".", StringComparison.OrdinalIgnoreCase)));

    private sealed record Project(string Sdk, string[] ProjectReferences, string[] Packages)
    {
        public static Project Load(string path)
        {
            var root = XDocument.Load(Path.Combine(Repository.Root, path)).Root!;
            return new Project(
                (string)root.Attribute("Sdk")!,
                [.. Included(root, "ProjectReference").Select(include => Path.GetFileNameWithoutExtension(include))],
                [.. Included(root, "PackageReference"), .. Included(root, "FrameworkReference")]);
        }

        private static IEnumerable<string> Included(XElement root, string item) =>
            root.Descendants(item).Select(element => ((string)element.Attribute("Include")!).Replace('\\', '/'));
    }
}
