namespace Bnn.Training;

/// <summary>How binary weights are changed; shifts, scales and biases follow Adam in any case.</summary>
public enum WeightOptimizer
{
    /// <summary>Adam on latent weights. Source: arXiv:1412.6980.</summary>
    Adam,

    /// <summary>A weight flips when the moving average of its gradient calls for it loudly enough; there are no latents. Source: arXiv:1906.02107.</summary>
    Bop,
}
