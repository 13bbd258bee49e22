using k8s;
using k8s.Models;
using Streaming.Gateway.Tests.Configuration;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Gateway.Tests.Deploy;

/// <summary>
/// What deploy/kubernetes has is as Kubernetes' own types say, with no field that there is not, and its parts name each other.
/// </summary>
public sealed class KubernetesManifestTests
{
    private const string Name = "app.kubernetes.io/name";
    private const string Component = "app.kubernetes.io/component";

    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "kubernetes");

    private static readonly IReadOnlyList<object> All =
    [
        .. Directory.GetFiles(Folder, "*.yaml").Where(static file => Path.GetFileName(file) != "kustomization.yaml")
            .Order().SelectMany(static file => KubernetesYaml.LoadAllFromString(File.ReadAllText(file), strict: true)),
    ];

    private static readonly IReadOnlyDictionary<string, V1PodTemplateSpec> Pods = All.OfType<V1Deployment>()
        .ToDictionary(static deployment => deployment.Metadata.Name, static deployment => deployment.Spec.Template)
        .Concat(All.OfType<V1StatefulSet>().ToDictionary(static set => set.Metadata.Name, static set => set.Spec.Template)).ToDictionary();

    [Fact]
    public void Kustomization_HasAllFilesButTheSecret()
    {
        var listed = File.ReadLines(Path.Combine(Folder, "kustomization.yaml"))
            .Where(static line => line.EndsWith(".yaml", StringComparison.Ordinal) && line.StartsWith("  - ", StringComparison.Ordinal))
            .Select(static line => line[4..]);
        Assert.Equal(
            Directory.GetFiles(Folder, "*.yaml").Select(Path.GetFileName).Except(["kustomization.yaml", "secret.example.yaml", "secret.yaml"]).Order(),
            listed.Order());
    }

    [Fact]
    public void Selectors_ArePodsThatThereAre()
    {
        var selectors = All.OfType<V1Service>().Select(static service => (service.Metadata.Name, service.Spec.Selector))
            .Concat(All.OfType<V1NetworkPolicy>().Select(static policy => (policy.Metadata.Name, policy.Spec.PodSelector.MatchLabels)))
            .Concat(All.OfType<V1PodDisruptionBudget>().Select(static budget => (budget.Metadata.Name, budget.Spec.Selector.MatchLabels)))
            .ToList();
        Assert.Equal(4 + 3 + 3, selectors.Count);
        Assert.All(selectors, selector => Assert.Contains(
            Pods.Values, pod => selector.Item2.All(label => pod.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value)));
    }

    [Fact]
    public void Ports_AreNamedAsThePodsNameThem()
    {
        var used = All.OfType<V1Service>().SelectMany(static service => service.Spec.Ports.Select(static port => port.TargetPort.Value))
            .Concat(All.OfType<V1NetworkPolicy>().SelectMany(
                static policy => policy.Spec.Ingress.SelectMany(static rule => rule.Ports.Select(static port => port.Port.Value))))
            .ToHashSet();
        Assert.All(Pods.Values, pod => Assert.Superset(used, pod.Spec.Containers.Single().Ports.Select(static port => port.Name).ToHashSet()));
    }

    [Fact]
    public void MessagesAndMedia_AreOpenToNodesAlone()
    {
        var rules = All.OfType<V1NetworkPolicy>().SelectMany(static policy => policy.Spec.Ingress)
            .Where(static rule => rule.Ports.Any(static port => port.Port.Value is "messages" or "media")).ToList();
        var rule = Assert.Single(rules);
        Assert.Equal("streaming", Assert.Single(rule.FromProperty).PodSelector.MatchLabels[Name]);
    }

    [Fact]
    public void Pods_HaveTheRoleOfTheirName_AndWhatANodeNeeds() => Assert.All(Pods, pod =>
    {
        var node = pod.Value.Spec.Containers.Single();
        Assert.Equal(pod.Key, pod.Value.Metadata.Labels[Component]);
        Assert.Equal(pod.Key, node.Env.Single(static variable => variable.Name == "Streaming__Roles").Value);
        Assert.Equal(
            "status.podIP", node.Env.Single(static variable => variable.Name == "Streaming__Cluster__Host").ValueFrom.FieldRef.FieldPath);
        Assert.Equal(
            [All.OfType<V1ConfigMap>().Single().Metadata.Name, All.OfType<V1Secret>().Single().Metadata.Name],
            node.EnvFrom.Select(static from => from.ConfigMapRef?.Name ?? from.SecretRef.Name));
        Assert.Equal("/health/live", node.LivenessProbe.HttpGet.Path);
        Assert.Equal("/health/ready", node.ReadinessProbe.HttpGet.Path);
        Assert.True(node.SecurityContext.ReadOnlyRootFilesystem);
        Assert.Equal(["/data", "/tmp"], node.VolumeMounts.Select(static mount => mount.MountPath));

        // A node takes 30 s at most to end its broadcasts, and 20 s for its bucket.
        Assert.True(pod.Value.Spec.TerminationGracePeriodSeconds >= 60 + node.Lifecycle.PreStop.Sleep.Seconds);
        Assert.False(pod.Value.Spec.AutomountServiceAccountToken);
    });

    [Fact]
    public void Nodes_FindEachOther_ByAServiceThatHasThoseThatAreNotReady()
    {
        var settings = All.OfType<V1ConfigMap>().Single().Data;
        var service = All.OfType<V1Service>().Single(service => service.Metadata.Name == settings["Streaming__Cluster__DiscoveryName"]);
        Assert.Equal(("None", true), (service.Spec.ClusterIP, service.Spec.PublishNotReadyAddresses));

        var nodes = All.OfType<V1Deployment>().Sum(static deployment => deployment.Spec.Replicas)
            + All.OfType<V1StatefulSet>().Sum(static set => set.Spec.Replicas);
        var enough = int.Parse(settings["Streaming__Cluster__DiscoveryNodesMin"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(2 * enough > nodes, $"{enough} of {nodes} nodes are no majority");
    }

    [Fact]
    public void Settings_OfAllWaysToRunNodes_AreThoseThatThereAre()
    {
        var known = DocumentedSetting.All.Select(static row => row.Name).ToHashSet();
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "deploy"), "*", SearchOption.AllDirectories)
            .Where(static file => Path.GetFileName(file) is not (".env" or "secret.yaml")).ToList();
        var used = files.SelectMany(static file => DocumentedSetting.NamesIn(File.ReadAllText(file))).ToHashSet();
        Assert.NotEmpty(used);
        Assert.Empty(used.Except(known));
    }
}
