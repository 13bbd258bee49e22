using System.Reflection;
using System.Xml.Linq;

namespace Streaming.Gateway.Tests.Architecture;

/// <summary>
/// Gateway depends on Cluster, Cluster on Pipeline, and nothing the other way round: in what was built, and in what the
/// project files allow to be built. See docs/architecture.md.
/// </summary>
public sealed class DependencyDirectionTests
{
    private const string Pipeline = "Streaming.Pipeline";
    private const string Cluster = "Streaming.Cluster";
    private const string Gateway = "Streaming.Gateway";
    private const string AspNet = "Microsoft.AspNetCore";
    private const string Telemetry = "OpenTelemetry";

    private static readonly string[] ForbiddenToPipeline =
        [Cluster, Gateway, AspNet, "Microsoft.Data.Sqlite", "SQLitePCLRaw", "Npgsql", "RabbitMQ", Telemetry];

    private static readonly string[] ForbiddenToCluster = [Gateway, AspNet, Telemetry];

    [Fact]
    public void PipelineAssembly_References_NoClusterNoWebNoDatabaseNoBroker() =>
        Assert.Empty(Violations(ReferencesOf(Pipeline), ForbiddenToPipeline));

    [Fact]
    public void ClusterAssembly_References_NoGatewayNoWeb() =>
        Assert.Empty(Violations(ReferencesOf(Cluster), ForbiddenToCluster));

    [Fact]
    public void GatewayAssembly_References_AspNet_AsTheseTestsWouldSee() =>
        Assert.NotEmpty(Violations(ReferencesOf(Gateway), [AspNet]));

    [Fact]
    public void PipelineProject_References_NoClusterNoWebNoDatabaseNoBroker()
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
    [InlineData("Microsoft.AspNetCore", true)]
    [InlineData("Microsoft.AspNetCore.Http.Abstractions", true)]
    [InlineData("Microsoft.AspNetCoreless", false)]
    [InlineData("System.IO.Pipelines", false)]
    public void Violations_Name_MatchesWholeSegments(string reference, bool forbidden) =>
        Assert.Equal(forbidden, Violations([reference], [AspNet]).Any());

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
            var root = XDocument.Load(Path.Combine(RepositoryRoot(), path)).Root!;
            return new Project(
                (string)root.Attribute("Sdk")!,
                [.. Included(root, "ProjectReference").Select(include => Path.GetFileNameWithoutExtension(include))],
                [.. Included(root, "PackageReference"), .. Included(root, "FrameworkReference")]);
        }

        private static IEnumerable<string> Included(XElement root, string item) =>
            root.Descendants(item).Select(element => ((string)element.Attribute("Include")!).Replace('\\', '/'));

        private static string RepositoryRoot()
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AkkaStreaming.sln")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }
    }
}
