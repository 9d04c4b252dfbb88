using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class LayerKindTests
{
    [Fact]
    public void Every_kind_of_layer_can_be_trained_and_every_encoding_chosen()
    {
        var layers = new HashSet<Type>();
        var encodings = new HashSet<Type>();
        string[] architectures = ["conv3x3-4 pool flatten dense-3 scores", "conv3x3-4 sum-scores"];
        foreach (string encoding in RandomNetworks.Encodings)
        {
            foreach (string architecture in architectures)
            {
                using var run = TrainingRun.Start(SyntheticImages.Options with { Architecture = architecture, Encoding = encoding, Epochs = 1 }, SyntheticImages.Small);
                run.RunEpoch();
                Network network = run.Fold().Network;
                layers.UnionWith(network.Layers.Select(layer => layer.GetType()));
                encodings.Add(network.Encoding.GetType());
            }
        }
        Assert.Equal(Concrete(typeof(Layer)), layers.OrderBy(type => type.Name));
        Assert.Equal(Concrete(typeof(InputEncoding)), encodings.OrderBy(type => type.Name));
    }

    private static IEnumerable<Type> Concrete(Type kind) =>
        kind.Assembly.GetTypes().Where(type => type.IsSubclassOf(kind) && !type.IsAbstract).OrderBy(type => type.Name);
}
